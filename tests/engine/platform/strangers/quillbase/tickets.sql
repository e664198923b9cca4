select
  h.id as ticket_id,
  h.raised_by as created_by,
  h.handled_by as assigned_to,
  a.name as category,
  case h.stage when 'raised' then 'open' when 'picked_up' then 'in_progress' when 'answered' then 'resolved' when 'closed' then 'closed' when 'withdrawn' then 'closed' end as status,
  case h.importance when 'minor' then 'low' when 'regular' then 'medium' when 'important' then 'high' when 'blocking' then 'urgent' end as priority,
  h.first_reply_at as first_response_at,
  h.answered_at as resolved_at,
  h.closed_at,
  h.answer_due_at as sla_due_at,
  h.raised_at as created_at,
  h.touched_at as updated_at
from help_requests h
left join practice_areas a on a.id = h.practice_area_id
