select
  m."Id" as message_id,
  m."HelpSessionId" as conversation_id,
  case m."AuthorKind" when 'Requester' then 'user' else 'assistant' end as role,
  m."PostedAt" as created_at
from "HelpSessionPosts" m
join "HelpSessions" c on c."Id" = m."HelpSessionId"
where not c."IsDeleted" and not m."IsInternal" and m."AuthorKind" in ('Requester', 'VirtualAgent', 'Technician')
