select c.id as ticket_id, 'visitor:' || c.main_participant_id as created_by, 'agent:' || c.assignee_id as assigned_to,
  case c.state when 'opened' then 'open' else 'closed' end as status, case when c.priority then 'high' else 'medium' end as priority,
  c.first_agent_reply as first_response_at, c.created_at, c.updated_at
from conversations c
