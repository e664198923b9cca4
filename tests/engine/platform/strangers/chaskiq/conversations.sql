select c.id as conversation_id, 'visitor:' || c.main_participant_id as user_id, c.created_at from conversations c
