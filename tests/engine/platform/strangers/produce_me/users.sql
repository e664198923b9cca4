select u."userId" as user_id, u."userName" as first_name, not u."isBlocked" as is_active, u."createdAt" as created_at from "User" u
