select u.id as user_id, u.name as first_name, case when exists (select from organization_user x join role r on r.id = x."roleId" where x."userId" = u.id and r.name = 'owner') then 'admin' else 'user' end as role, u.status = 'active' as is_active, u."createdDate" as created_at, u."updatedDate" as updated_at from "user" u
where u.status <> 'deleted'
