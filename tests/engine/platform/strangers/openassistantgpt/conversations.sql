select m."threadId" as conversation_id, min(m.created_at) as created_at from messages m group by m."threadId"
