select c.id as conversation_id, (select s.participant_id from experiments_experimentsession s where s.chat_id = c.id) as user_id, c.created_at as created_at from chat_chat c
