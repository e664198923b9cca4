select m.id || ':question' as message_id, m.conversation_id as conversation_id, 'user' as role, m.created_at as created_at from messages m where m.text <> ''
union all
select m.id::text, m.conversation_id, 'assistant', m.created_at from messages m where m.reply <> ''
