-- Proposed by `gendash init` from auth.users, about 22 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  u.id as user_id,                                                  -- 98%: primary key
  u.created_at as created_at,                                       -- 95%: timestamp with time zone
  case when u.is_super_admin then 'admin' else 'user' end as role,  -- 72%: boolean; its name is similar
  u.updated_at as updated_at                                        -- 97%: timestamp with time zone
from auth.users u
where u.deleted_at is null  -- 90%: soft delete
