select m.id || ':question' as message_id, m."threadId" as conversation_id, 'user' as role, m.created_at as created_at from messages m where m.message <> ''
union all
select m.id::text, m."threadId", 'assistant', m.created_at from messages m where m.response <> ''
