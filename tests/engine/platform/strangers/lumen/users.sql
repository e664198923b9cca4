-- Graduates and suspended accounts may not sign in.
select
  u."id" as user_id,
  u."createdAt" as created_at,
  u."updatedAt" as updated_at,
  case when u."role" = 'ADMIN' then 'admin' else 'user' end as role,
  u."state" = 'ACTIVE' as is_active,
  u."name" as first_name
from "User" u
