-- Proposed by `gendash init` from public.users, about 82 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  u.id as user_id,              -- 98%: primary key
  u."createdAt" as created_at   -- 93%: text of times
  , coalesce(u.metadata ->> 'role', 'user') as role, u.identifier as first_name
from public.users u
