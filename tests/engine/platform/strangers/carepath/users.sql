-- Patients and clinicians are numbered separately.
select 'patient:' || p.id as user_id, p."createdAt" as created_at, p."updatedAt" as updated_at, 'user' as role, p."portalEnabled" as is_active, p."givenName" as first_name, p."familyName" as last_name
from "Patients" p
where p."deletedAt" is null
union all
select 'clinician:' || c.id, c."createdAt", c."updatedAt", case c.permission when 'administrator' then 'admin' else 'user' end, c.active, c."fullName", null
from "Clinicians" c
where c."deletedAt" is null
