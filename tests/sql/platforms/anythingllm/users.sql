-- Proposed by `gendash init` from public.users, about 82 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  u.id as user_id,                                                        -- 98%: primary key
  u."createdAt" as created_at,                                            -- 95%: timestamp without time zone
  case lower(u.role) when 'admin' then 'admin' else 'user' end as role,  -- 70%: words admin, default, manager
  u.suspended = 0 as is_active,                                           -- 91%: 0 and 1
  u.username as first_name,                                               -- 82%: text
  u."lastUpdatedAt" as updated_at                                         -- 87%: timestamp without time zone
from public.users u
