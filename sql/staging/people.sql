/*
doc: Names of the platform's accounts. Only relations for admins may read it.
feature: users
tables: {users: users}
reads:
  users: {user_id: id, first_name: first_name, last_name: last_name}
columns:
  user_id: {type: text, doc: id of the account}
  name: {type: text, "null": true, doc: "first and last name; NULL where the platform keeps none"}
*/
select
  {{ column('users.user_id', 'u') }}::text as user_id,
  nullif(
    trim(
      concat_ws(
        ' ', {{ column('users.first_name', 'u', optional='text') }}::text,
        {{ column('users.last_name', 'u', optional='text') }}::text
      )
    ),
    ''
  ) as name
from {{ table('users') }} u
