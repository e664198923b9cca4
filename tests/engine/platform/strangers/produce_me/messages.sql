select m.id || ':question' as message_id, m."userId" as conversation_id, 'user' as role, m."timestamp" as created_at from "Conversation" m where m."userMessage" <> ''
union all
select m.id::text, m."userId", 'assistant', m."timestamp" from "Conversation" m where m."assistantMessage" <> ''
