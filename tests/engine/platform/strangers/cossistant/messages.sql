-- A timeline holds events and calls of tools, too; what is private are notes of the team.
select
  i.id as message_id,
  i.conversation_id,
  case when i.visitor_id is not null then 'user' else 'assistant' end as role,
  i.created_at
from conversation_timeline_item i
join conversation c on c.id = i.conversation_id
where i.type = 'message' and i.visibility = 'public' and i.deleted_at is null and c.deleted_at is null
