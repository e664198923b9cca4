select m.message_id as feedback_id, m.message_id as message_id, m.created_by as user_id, case m.opinion_flag when 'Y' then 5 when 'N' then 1 end as rating, m.update_time as created_at from nexent.conversation_message_t m
where m.opinion_flag is not null and m.delete_flag = 'N'
