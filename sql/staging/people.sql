/*
doc: Names of the platform's accounts. Only relations for admins may read it.
feature: users
tables: {users: users}
time: users.created_at
reads:
  users: {user_id: id, created_at: created_at, first_name: first_name, last_name: last_name}
columns:
  user_id: {type: text, doc: id of the account}
  created_at: {type: timestamptz, doc: registration}
  name: {type: text, "null": true, doc: "first and last name; NULL where the platform keeps none"}
*/
select
  {{ column('users.user_id', 'u') }}::text as user_id,
  {{ time('users.created_at', 'u') }} as created_at,
  case when {{ setting('privacy.names') }} then nullif(
    trim(
      concat_ws(
        ' ', {{ column('users.first_name', 'u', optional='text') }}::text,
        {{ column('users.last_name', 'u', optional='text') }}::text
      )
    ),
    ''
  ) end as name
from {{ table('users') }} u
