-- An archivist is an account, too: who works on a request is the account of the archivist. What was withdrawn is closed.
select
  r.id as ticket_id,
  r.submitted_by as created_by,
  a.user_id as assigned_to,
  r.topic as category,
  case r.state when 'submitted' then 'open' when 'assigned' then 'in_progress' when 'answered' then 'resolved' when 'done' then 'closed' when 'withdrawn' then 'closed' end as status,
  case r.rush when 'normal' then 'medium' else r.rush end as priority,
  r.first_answer_at as first_response_at,
  r.answered_at as resolved_at,
  r.done_at as closed_at,
  r.deadline as sla_due_at,
  r.submitted_at as created_at,
  r.updated_at
from desk.requests r
left join desk.archivists a on a.id = r.archivist_id
