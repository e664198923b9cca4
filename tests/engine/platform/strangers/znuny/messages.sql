select m.id as message_id, m.ticket_id as conversation_id, (select case s.name when 'agent' then 'assistant' when 'customer' then 'user' else 'system' end from article_sender_type s where s.id = m.article_sender_type_id) as role, m.create_time as created_at from article m
where m.is_visible_for_customer = 1
