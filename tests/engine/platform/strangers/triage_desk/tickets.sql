select
  t.id as ticket_id,
  'patients:' || c.patient_id as created_by,
  'staff_members:' || t.staff_member_id as assigned_to,
  t.specialty as category,
  t.status,
  case t.urgency when 'normal' then 'medium' else t.urgency end as priority,
  t.accepted_at as first_response_at,
  t.resolved_at,
  t.closed_at,
  t.created_at,
  t.updated_at
from handovers t
join intakes c on c.id = t.intake_id
