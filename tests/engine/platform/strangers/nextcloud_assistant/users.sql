-- versions: Nextcloud Assistant 3, its migrations at the time of writing
-- An account has no time of making: it is that of the first login, a preference as text.
select
  u.uid as user_id,
  f.configvalue::bigint as created_at,
  case
    when exists (select from oc_group_user g where g.uid = u.uid and g.gid = 'admin') then 'admin'
    else 'user'
  end as role,
  not exists (
    select from oc_preferences e
    where e.userid = u.uid and e.appid = 'core' and e.configkey = 'enabled' and e.configvalue = 'false'
  ) as is_active,
  u.displayname as first_name
from oc_users u
join oc_preferences f on f.userid = u.uid and f.appid = 'login' and f.configkey = 'firstLogin'
