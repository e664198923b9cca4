select m.id as feedback_id, m.id as message_id, c.user_id as user_id, case m.feedback_type when 'like' then 5 when 'dislike' then 1 end as rating, m.feedback_note as comment, m.updated_at as created_at from messages m join chats c on c.id = m.chat_id
where m.feedback_type is not null
