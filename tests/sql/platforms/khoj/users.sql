-- Proposed by `gendash init` from public.database_khojuser, about 82 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  u.id as user_id,                                                -- 98%: primary key
  u.date_joined as created_at,                                    -- 97%: timestamp with time zone
  case when u.is_superuser or u.is_staff then 'admin' else 'user' end as role,  -- 70%: boolean
  u.is_active as is_active,                                       -- 97%: boolean
  u.first_name as first_name,                                     -- 90%: character varying
  u.last_name as last_name                                        -- 90%: character varying
from public.database_khojuser u
