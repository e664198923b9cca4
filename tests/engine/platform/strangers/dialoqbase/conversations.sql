select c.id as conversation_id, (select b.user_id from "Bot" b where b.id = c."botId") as user_id, c."createdAt" as created_at from "BotPlayground" c
union all
select w.chat_id, null, min(w."createdAt") from "botWebHistory" w group by w.chat_id
