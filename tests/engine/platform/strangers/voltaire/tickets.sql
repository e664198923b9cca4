select
  c.id as ticket_id,
  'subscriber:' || c.subscriber_id as created_by,
  'operator:' || c.owner_id as assigned_to,
  t.label as category,
  case c.stage when 'logged' then 'open' when 'being_worked' then 'in_progress' when 'awaiting_parts' then 'in_progress' when 'fixed' then 'resolved' when 'closed' then 'closed' end as status,
  case c.urgency when 'normal' then 'medium' when 'critical' then 'urgent' else c.urgency end as priority,
  c.first_touch_at as first_response_at,
  c.fixed_at as resolved_at,
  c.closed_at,
  c.target_at as sla_due_at,
  c.logged_at as created_at,
  c.modified_at as updated_at
from casework_case c
left join casework_topic t on t.id = c.topic_id
