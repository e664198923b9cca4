-- versions: Dify, a dump of its schema of April 2025 (about 1.2)
-- Console accounts and the end users of apps; anonymous visitors of a web app are end users, too.
select
  a.id as user_id,
  a.created_at,
  a.updated_at,
  case
    when exists (
      select from tenant_account_joins j where j.account_id = a.id and j.role in ('owner', 'admin')
    ) then 'admin'
    else 'user'
  end as role,
  a.status = 'active' as is_active,
  a.name as first_name
from accounts a
union all
select e.id, e.created_at, e.updated_at, 'user', true, e.name
from end_users e
