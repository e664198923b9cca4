-- A case is a conversation and a ticket; with the bot, or waiting for an agent, it is open.
select
  c."Id" as ticket_id,
  c."RequesterId" as created_by,
  c."AssigneeId" as assigned_to,
  r."Caption" as category,
  case c."State" when 'WithBot' then 'open' when 'AwaitingAgent' then 'open' when 'InProgress' then 'in_progress' when 'OnHold' then 'in_progress' when 'Solved' then 'resolved' when 'Closed' then 'closed' end as status,
  case c."Urgency" when 'Low' then 'low' when 'Normal' then 'medium' when 'High' then 'high' when 'Critical' then 'urgent' end as priority,
  c."FirstAgentReplyOn" as first_response_at,
  c."SolvedOn" as resolved_at,
  c."ClosedOn" as closed_at,
  c."DueOn" as sla_due_at,
  c."CreatedOn" as created_at,
  c."ModifiedOn" as updated_at
from "Cases" c
left join "Reasons" r on r."Id" = c."ReasonId"
where not c."IsDeleted"
