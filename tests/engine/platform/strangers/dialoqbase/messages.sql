select m.id as message_id, m."botPlaygroundId" as conversation_id, case when m."isBot" then 'assistant' else 'user' end as role, m."createdAt" as created_at from "BotPlaygroundMessage" m
union all
select w.id || ':question', w.chat_id, 'user', w."createdAt" from "botWebHistory" w where w.human <> ''
union all
select w.id, w.chat_id, 'assistant', w."createdAt" from "botWebHistory" w where w.bot <> ''
