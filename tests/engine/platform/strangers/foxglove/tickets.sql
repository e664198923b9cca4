select t.id as ticket_id, t.requester_id as created_by, t.assignee_id as assigned_to,
  (select g.name from taggings x join tags g on g.id = x.tag_id where x.taggable_type = 'Ticket' and x.taggable_id = t.id and x.context = 'topics' order by x.id limit 1) as category,
  case t.status when 'open' then 'open' when 'in_progress' then 'in_progress' when 'waiting' then 'in_progress' when 'solved' then 'resolved' when 'closed' then 'closed' end as status,
  case t.priority when 'normal' then 'medium' else t.priority end as priority, t.first_replied_at as first_response_at, t.solved_at as resolved_at, t.closed_at, t.due_at as sla_due_at, t.created_at, t.updated_at
from tickets t
