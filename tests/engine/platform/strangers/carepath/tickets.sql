select
  r.id as ticket_id,
  'patient:' || r."patientId" as created_by,
  'clinician:' || r."assigneeId" as assigned_to,
  s.name as category,
  case r.state when 'submitted' then 'open' when 'triaged' then 'in_progress' when 'in_treatment' then 'in_progress' when 'on_hold' then 'in_progress' when 'completed' then 'resolved' when 'closed' then 'closed' end as status,
  r.acuity as priority,
  r."firstContactAt" as first_response_at,
  r."completedAt" as resolved_at,
  r."closedAt" as closed_at,
  r."targetAt" as sla_due_at,
  r."createdAt" as created_at,
  r."updatedAt" as updated_at
from "Referrals" r
left join "Specialties" s on s.id = r."specialtyId"
where r."deletedAt" is null
