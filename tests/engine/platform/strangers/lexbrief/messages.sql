select
  m.id as message_id,
  m."dialogueId" as conversation_id,
  case m.speaker when 'COUNSEL' then 'user' when 'COPILOT' then 'assistant' end as role,
  m."createdAt" as created_at
from "Entry" m
join "Dialogue" c on c.id = m."dialogueId"
where c."trashedAt" is null and not m."isDraft"
