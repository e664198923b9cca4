select m.id as feedback_id, m.id as message_id, (select coalesce('contacts:' || q.contact_id, 'visitors:' || q.visitor_id, 'users:' || q.user_id) from messages q where q.conversation_id = m.conversation_id and q."from" = 'human' order by q.created_at limit 1) as user_id, case m.eval when 'good' then 5 when 'bad' then 1 end as rating, m.updated_at as created_at
from messages m
where m.eval is not null
