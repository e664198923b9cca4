select m.id as feedback_id, m.id as message_id, c.user_id as user_id, m.rating as rating, m.rating_text as comment, m.modified_at as created_at from redbox_core_chatmessage m join redbox_core_chat c on c.id = m.chat_id
where m.rating is not null
