-- versions: Eneo, its tables at the time of writing
select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case
    when exists (
      select from users_predefined_roles x
      join predefined_roles r on r.id = x.predefined_role_id
      where x.user_id = u.id and r.name = 'Owner'
    ) then 'admin'
    else 'user'
  end as role,
  u.is_active and u.state <> 'inactive' as is_active,
  u.username as first_name
from users u
where u.deleted_at is null
