-- Clinicians answer, too; what only the staff sees is a note; a function's result is neither.
select
  l.id as message_id,
  l."enquiryId" as conversation_id,
  case l.speaker when 'patient' then 'user' when 'assistant' then 'assistant' when 'clinician' then 'assistant' when 'system' then 'system' else 'other' end as role,
  l."createdAt" as created_at
from "EnquiryLines" l
join "Enquiries" e on e.id = l."enquiryId"
where e."deletedAt" is null and l."deletedAt" is null and not l."staffOnly"
