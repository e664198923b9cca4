-- Who wrote it is said by the author: bots and agents answer; an entry of a guest has no author, nor has an event.
select
  e."Id" as message_id,
  e."CaseId" as conversation_id,
  case when e."EntryType" = 'Event' then 'system' when a."Discriminator" in ('Bot', 'Agent') then 'assistant' else 'user' end as role,
  e."CreatedOn" as created_at
from "CaseEntries" e
join "Cases" c on c."Id" = e."CaseId"
left join "Actors" a on a."Id" = e."AuthorId"
where not c."IsDeleted" and e."Visibility" = 'Public' and e."EntryType" <> 'Draft'
