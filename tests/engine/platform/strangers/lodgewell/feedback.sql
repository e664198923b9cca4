select
  o.id as feedback_id,
  o.enquiry_post_id as message_id,
  'residents:' || o.resident_id as user_id,
  case when o.helpful then 5 else 1 end as rating,
  o.remark as comment,
  o.inserted_at as created_at,
  o.updated_at
from post_opinions o
join enquiry_posts p on p.id = o.enquiry_post_id
join enquiries e on e.id = p.enquiry_id
where e.discarded_at is null
