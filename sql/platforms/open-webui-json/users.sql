-- versions: Open WebUI without a table chat_message (its models at 033ac2ee; messages are in chat.history)
-- Times are seconds since 1970. Accounts that wait for an admin may not sign in.
select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case when u.role = 'admin' then 'admin' else 'user' end as role,
  u.role <> 'pending' as is_active,
  u.name as first_name
from "user" u
