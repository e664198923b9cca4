select m.id as feedback_id, m.id as message_id, c.user_id, case m.score when 1 then 5 when -1 then 1 end as rating, m.created_at
from message m
join chat c on c.id = m.chat_id
where m.score <> 0
