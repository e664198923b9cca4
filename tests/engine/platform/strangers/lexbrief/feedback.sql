select
  f.id as feedback_id,
  f."entryId" as message_id,
  f."memberId" as user_id,
  case f.thumb when 'UP' then 5 when 'DOWN' then 1 end as rating,
  f.remark as comment,
  f."createdAt" as created_at
from "Verdict" f
join "Entry" m on m.id = f."entryId"
join "Dialogue" c on c.id = m."dialogueId"
where c."trashedAt" is null and not m."isDraft"
