select m.id as feedback_id, m.id as message_id, c.chat_user_id as user_id, case m.vote_status when '0' then 5 when '1' then 1 end as rating, m.vote_other_content as comment, m.update_time as created_at
from application_chat_record m
join application_chat c on c.id = m.chat_id
where m.vote_status in ('0', '1') and not c.is_deleted
