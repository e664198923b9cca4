select t.id as ticket_id, 'contact:' || t."contactId" as created_by, 'user:' || t."userId" as assigned_to, t."createdAt" as created_at, t."updatedAt" as updated_at, case t.status when 'pending' then 'open' when 'open' then 'in_progress' when 'closed' then 'closed' end as status,
  (select q.name from "Queues" q where q.id = t."queueId") as category, (select max(k."finishedAt") from "TicketTraking" k where k."ticketId" = t.id) as closed_at
from "Tickets" t
