select m.id as feedback_id, m.id as message_id, 'auths:' || nullif(c.info #>> '{user_info,auth_user_id}', '0') as user_id, case m.info ->> 'score' when '1' then 5 when '-1' then 1 end as rating, m.info ->> 'feedback_content' as comment, m.created_at as created_at
from conversation_messages m
join conversations c on c.id = m.conversation_id
where m.info ->> 'score' in ('1', '-1')
