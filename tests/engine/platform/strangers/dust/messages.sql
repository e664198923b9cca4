select m.id as message_id, m."conversationId" as conversation_id, case when m."userMessageId" is not null then 'user' when m."agentMessageId" is not null then 'assistant' end as role, m."createdAt" as created_at
from messages m
join conversations c on c.id = m."conversationId"
where m.visibility <> 'deleted' and c.visibility <> 'deleted'
