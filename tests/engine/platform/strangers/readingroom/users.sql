select
  r.reader_no as user_id,
  r.since as created_at,
  r.changed as updated_at,
  case k.meaning when 'administrator' then 'admin' else 'user' end as role,
  r.blocked = 0 as is_active,
  r.forename as first_name,
  r.surname as last_name
from lib_reader r
left join code_reader_type k on k.code = r.type_code
