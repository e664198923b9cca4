select
  t.id as ticket_id,
  'players:' || t.player_id as created_by,
  'staff_members:' || t.staff_member_id as assigned_to,
  t.topic as category,
  case t.status when 'new' then 'open' when 'assigned' then 'in_progress' when 'solved' then 'resolved' when 'closed' then 'closed' end as status,
  t.severity as priority,
  t.answered_at as first_response_at,
  t.solved_at as resolved_at,
  t.closed_at,
  t.created_at,
  t.updated_at
from tickets t
where t.deleted_at is null
