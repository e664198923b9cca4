select u.id as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at, u.name as first_name, case u.role when 'requester' then 'user' else 'admin' end as role from "User" u
