select u.id as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at, u."firstName" as first_name, u."lastName" as last_name,
  case when exists (select from memberships p where p."userId" = u.id and p.role = 'admin' and p."endAt" is null) then 'admin' else 'user' end as role
from users u
