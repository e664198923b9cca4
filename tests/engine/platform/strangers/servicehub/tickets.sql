select
  t."Id" as ticket_id,
  t."RequesterId" as created_by,
  t."AssigneeId" as assigned_to,
  t."Category" as category,
  case t."Status" when 'New' then 'open' when 'InProgress' then 'in_progress' when 'Resolved' then 'resolved' when 'Closed' then 'closed' end as status,
  case t."Priority" when 'P1' then 'urgent' when 'P2' then 'high' when 'P3' then 'medium' when 'P4' then 'low' end as priority,
  t."FirstRespondedAt" as first_response_at,
  t."ResolvedAt" as resolved_at,
  t."ClosedAt" as closed_at,
  t."DueAt" as sla_due_at,
  t."CreatedAt" as created_at,
  t."UpdatedAt" as updated_at
from "Incidents" t
where not t."IsDeleted"
