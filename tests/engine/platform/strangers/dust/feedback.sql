select f.id as feedback_id, m.id as message_id, f."userId" as user_id, case f."thumbDirection" when 'up' then 5 when 'down' then 1 end as rating, f.content as comment, f."createdAt" as created_at, f."updatedAt" as updated_at
from agent_message_feedbacks f
join messages m on m."agentMessageId" = f."agentMessageId"
join conversations c on c.id = m."conversationId"
where m.visibility <> 'deleted' and c.visibility <> 'deleted'
