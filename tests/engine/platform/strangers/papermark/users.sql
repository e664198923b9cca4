select 'viewer:' || v.id as user_id, v."createdAt" as created_at, v."updatedAt" as updated_at, 'user' as role from "Viewer" v
union all
select 'user:' || u.id, u."createdAt", null, case when exists (select from "UserTeam" t where t."userId" = u.id and t.role = 'ADMIN') then 'admin' else 'user' end from "User" u
