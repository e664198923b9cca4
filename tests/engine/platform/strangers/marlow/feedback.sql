select
  v.step_id || '-' || v.developer_id as feedback_id,
  v.step_id as message_id,
  v.developer_id as user_id,
  case v.vote when 1 then 5 when -1 then 1 end as rating,
  v.because as comment,
  v.created_at
from step_votes v
join steps s on s.id = v.step_id
join runs r on r.id = s.run_id
join tasks t on t.id = r.task_id
where t.trashed_at is null
