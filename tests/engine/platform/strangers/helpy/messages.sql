select m.id as message_id, m.topic_id as conversation_id, case when u.admin then 'assistant' else 'user' end as role, m.created_at as created_at from posts m left join users u on u.id = m.user_id
