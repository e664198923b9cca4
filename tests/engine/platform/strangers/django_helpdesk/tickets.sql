select t.id as ticket_id, (select u.id from auth_user u where u.email = t.submitter_email limit 1) as created_by, t.assigned_to_id as assigned_to, t.created as created_at, t.modified as updated_at, case t.status when 1 then 'open' when 2 then 'open' when 3 then 'resolved' else 'closed' end as status,
  case t.priority when 1 then 'urgent' when 2 then 'high' when 3 then 'medium' else 'low' end as priority, (select q.title from helpdesk_queue q where q.id = t.queue_id) as category, t.due_date as sla_due_at
from helpdesk_ticket t
