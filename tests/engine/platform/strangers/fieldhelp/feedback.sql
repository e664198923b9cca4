select
  r.id as feedback_id,
  r.post_id as message_id,
  r.person_id as user_id,
  case when r.helped then 5 else 1 end as rating,
  r.remark as comment,
  r.created as created_at,
  r.modified as updated_at
from tickets_postrating r
join tickets_post p on p.id = r.post_id
join tickets_ticket t on t.id = p.ticket_id
where not t.is_deleted
