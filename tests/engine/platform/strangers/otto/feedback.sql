select m.id as feedback_id, m.id as message_id, c.user_id as user_id, case m.feedback when 1 then 5 when -1 then 1 end as rating, m.feedback_comment as comment, m.date_created as created_at from chat_message m join chat_chat c on c.id = m.chat_id
where m.feedback <> 0
