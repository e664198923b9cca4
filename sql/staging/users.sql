/*
doc: Accounts of the platform.
feature: users
tables: {users: users}
time: users.created_at
required: [user_id, created_at]
reads:
  users: {user_id: id, created_at: created_at, updated_at: updated_at, role: role, is_active: is_active}
words:
  user_role: {user: [user], admin: [admin], super_admin: [super_admin]}
columns:
  user_id: {type: text, doc: id of the account}
  created_at: {type: timestamptz, doc: registration}
  updated_at: {type: timestamptz, null: true, doc: last change of the account}
  role: {type: text, doc: "user, admin, super_admin, or other"}
  is_active: {type: boolean, doc: whether the account may sign in}
*/
select
  {{ column('users.user_id', 'u') }}::text as user_id,
  {{ time('users.created_at', 'u') }} as created_at,
  {{ time('users.updated_at', 'u') }} as updated_at,
  {{ word('users.role', 'user_role', 'u', absent='user') }} as role,
  coalesce({{ truth('users.is_active', 'u') }}, true) as is_active
from {{ table('users') }} u
