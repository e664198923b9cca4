select t.id as ticket_id, 'client:' || t."clientId" as created_by, 'user:' || t."userId" as assigned_to, t."createdAt" as created_at, t."updatedAt" as updated_at,
  case t.status when 'needs_support' then 'open' when 'done' then 'closed' else 'in_progress' end as status, case lower(t.priority) when 'normal' then 'medium' else lower(t.priority) end as priority, t.type as category
from "Ticket" t
