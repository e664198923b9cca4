select f.feedback_id, m.value ->> 'id' as message_id, f.user_id, case when f.is_positive then 5 else 1 end as rating, f.feedback as comment, f.created_at, f.updated_at
from copilot_feedback f
join copilot_chats c on c.id = f.chat_id
cross join lateral jsonb_array_elements(c.messages) as m (value)
where m.value ->> 'role' = 'assistant' and m.value ->> 'content' = f.agent_response
