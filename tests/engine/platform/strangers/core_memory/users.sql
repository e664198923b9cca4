select u.id as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at, u.name as first_name, case when u.admin then 'admin' else 'user' end as role from "User" u
