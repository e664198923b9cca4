-- versions: AFFiNE, its schema of early 2025
-- Who was invited and never came has an account that is not registered.
select
  u.id as user_id,
  u.created_at,
  case
    when exists (
      select from user_features x
      join features f on f.id = x.feature_id
      where x.user_id = u.id and x.activated and f.feature = 'administrator'
    ) then 'admin'
    else 'user'
  end as role,
  u.registered as is_active,
  u.name as first_name
from users u
