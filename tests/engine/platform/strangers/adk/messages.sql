select m.id as message_id, m.session_id as conversation_id, case when m.event_data ->> 'author' = 'user' then 'user' else 'assistant' end as role, m."timestamp" as created_at from events m
where m.event_data -> 'content' -> 'parts' -> 0 ? 'text'
