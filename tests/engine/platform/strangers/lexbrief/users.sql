select
  u.id as user_id,
  u."createdAt" as created_at,
  u."updatedAt" as updated_at,
  case u.standing when 'FIRM_ADMIN' then 'admin' else 'user' end as role,
  u."suspendedAt" is null as is_active,
  u."givenName" as first_name,
  u."familyName" as last_name
from "Member" u
