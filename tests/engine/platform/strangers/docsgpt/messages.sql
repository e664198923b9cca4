select m.id || ':question' as message_id, m.conversation_id as conversation_id, 'user' as role, m.timestamp as created_at from conversation_messages m where m.prompt <> ''
union all
select m.id::text, m.conversation_id, 'assistant', m.timestamp from conversation_messages m where m.response <> ''
