select 'client:' || c.id as user_id, c."createdAt" as created_at, c."updatedAt" as updated_at, c.name as first_name, 'user' as role, c.active as is_active from "Client" c
union all
select 'user:' || u.id, u."createdAt", u."updatedAt", u.name, case when u."isAdmin" then 'admin' else 'user' end, true from "User" u
