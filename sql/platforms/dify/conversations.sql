-- versions: Dify 1.0 to 1.9
select
  c.id as conversation_id,
  coalesce(c.from_end_user_id, c.from_account_id) as user_id,
  c.created_at
from conversations c
where not c.is_deleted
