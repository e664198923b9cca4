select m.id as message_id, m."conversationId" as conversation_id, case m."userType" when 'User' then 'user' when 'Agent' then 'assistant' when 'System' then 'system' end as role, m."createdAt" as created_at from "ConversationHistory" m join "Conversation" c on c.id = m."conversationId"
where m.deleted is null and c.deleted is null
