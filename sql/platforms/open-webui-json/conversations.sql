-- versions: Open WebUI without a table chat_message (its models at 033ac2ee; messages are in chat.history)
-- A chat that was shared has a copy, whose user is shared-<id of the chat>: it does not count.
select c.id as conversation_id, c.user_id, c.created_at
from chat c
where c.user_id not like 'shared-%'
