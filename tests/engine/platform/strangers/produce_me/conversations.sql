select m."userId" as conversation_id, m."userId" as user_id, min(m."timestamp") as created_at from "Conversation" m group by m."userId"
