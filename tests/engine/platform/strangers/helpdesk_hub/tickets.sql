select t.id as ticket_id, t."creatorId" as created_by, t."assigneeId" as assigned_to, t."createdAt" as created_at, t."updatedAt" as updated_at, case t.status when 'New' then 'open' when 'Open' then 'open' when 'Resolved' then 'resolved' when 'Closed' then 'closed' else 'in_progress' end as status, lower(t.priority::text) as priority,
  (select g.name from "Category" g where g.id = t."categoryId") as category, t."firstRespondedAt" as first_response_at, t."resolvedAt" as resolved_at, t."resolutionDueAt" as sla_due_at
from "Ticket" t
