select m.message_id as message_id, m.conversation_id as conversation_id, m.message_role as role, m.create_time as created_at from nexent.conversation_message_t m
where m.delete_flag = 'N'
