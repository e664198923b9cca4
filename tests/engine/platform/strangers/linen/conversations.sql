select c.id as conversation_id, (select m."usersId" from messages m where m."threadId" = c.id order by m."sentAt" limit 1) as user_id, c."sentAt" as created_at from threads c
