select c.id as conversation_id, (select p."userId" from conversation_participants p where p."conversationId" = c.id order by p.id limit 1) as user_id, c."createdAt" as created_at
from conversations c
where c.visibility <> 'deleted'
