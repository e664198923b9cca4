-- versions: Dify, a dump of its schema of April 2025 (about 1.2)
select
  c.id as conversation_id,
  coalesce(c.from_end_user_id, c.from_account_id) as user_id,
  c.created_at
from conversations c
where not c.is_deleted
