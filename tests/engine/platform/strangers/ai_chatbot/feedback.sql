select v."chatId" || ':' || v."messageId" as feedback_id, v."messageId" as message_id, c."userId" as user_id,
  case when v."isUpvoted" then 5 else 1 end as rating, m."createdAt" as created_at
from "Vote_v2" v
join "Message_v2" m on m.id = v."messageId"
join "Chat" c on c.id = m."chatId"
