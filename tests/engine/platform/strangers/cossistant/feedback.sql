-- A conversation is rated, from 1 to 5: the rating is that of its last answer. Surveys name no conversation.
select
  f.id as feedback_id,
  a.id as message_id,
  'visitor:' || f.visitor_id as user_id,
  f.rating,
  f.comment,
  f.created_at,
  f.updated_at
from feedback f
join conversation c on c.id = f.conversation_id
join lateral (
  select i.id
  from conversation_timeline_item i
  where i.conversation_id = c.id and i.type = 'message' and i.visibility = 'public' and i.deleted_at is null and i.visitor_id is null
  order by i.created_at desc, i.id desc
  limit 1
) a on true
where f.deleted_at is null and c.deleted_at is null
