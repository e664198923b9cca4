select u.user_id as user_id, u."createdAt" as created_at, u.username as first_name, case when u."isAdministrator" then 'admin' else 'user' end as role, not u."isSuspended" as is_active from "User" u
