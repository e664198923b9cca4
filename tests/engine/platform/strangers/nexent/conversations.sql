select c.conversation_id as conversation_id, c.created_by as user_id, c.create_time as created_at from nexent.conversation_record_t c
where c.delete_flag = 'N'
