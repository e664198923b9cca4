select u."remoteJid" as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at, u."pushName" as first_name from "Contact" u
