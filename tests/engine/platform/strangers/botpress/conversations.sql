select c.id as conversation_id, c."userId" as user_id, c."createdOn" as created_at from conversations c
