select u.id as user_id, (select min(c."createdAt") from "Chat" c where c."userId" = u.id) as created_at from "User" u
