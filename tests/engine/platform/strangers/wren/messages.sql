select m.id || ':question' as message_id, m.thread_id as conversation_id, 'user' as role, m.created_at as created_at from thread_response m where m.question <> ''
union all
select m.id::text, m.thread_id, 'assistant', m.created_at from thread_response m where m.answer_detail ->> 'status' = 'FINISHED'
