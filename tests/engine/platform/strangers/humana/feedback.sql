-- A bookmark is no rating.
select
  r.id as feedback_id,
  r.reactable_id as message_id,
  r.employee_id as user_id,
  case r.kind when 'thumbs_up' then 5 when 'thumbs_down' then 1 end as rating,
  r.comment,
  r.created_at,
  r.updated_at
from reactions r
join posts p on p.id = r.reactable_id
join consultations c on c.id = p.consultation_id
where r.reactable_type = 'Post' and r.kind in ('thumbs_up', 'thumbs_down') and c.discarded_at is null and p.discarded_at is null and p.state = 'published'
