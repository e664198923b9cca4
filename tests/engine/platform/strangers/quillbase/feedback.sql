select
  t.id as feedback_id,
  t.contribution_id as message_id,
  t.employee_id as user_id,
  case t.direction when 'up' then 5 when 'down' then 1 end as rating,
  t.reason as comment,
  t.given_at as created_at,
  t.changed_at as updated_at
from thumbs t
join contributions c on c.id = t.contribution_id
join discussions d on d.id = c.discussion_id
where d.removed_at is null
