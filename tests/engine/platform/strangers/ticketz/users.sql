select 'contact:' || c.id as user_id, c."createdAt" as created_at, c."updatedAt" as updated_at, c.name as first_name, 'user' as role from "Contacts" c
union all
select 'user:' || u.id, u."createdAt", u."updatedAt", u.name, case when u.super then 'super_admin' when u.profile = 'admin' then 'admin' else 'user' end from "Users" u
