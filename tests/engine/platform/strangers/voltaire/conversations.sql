-- Calls for tests do not count.
select i.id as conversation_id, 'subscriber:' || i.subscriber_id as user_id, i.started_at as created_at, i.medium = 'voice' as is_voice
from dialogs_interaction i
where not i.is_removed and not i.is_test
