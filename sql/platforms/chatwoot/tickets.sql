-- versions: Chatwoot 3 and 4, copies of its schema
-- A conversation is a ticket: open, resolved, pending (with a bot), snoozed. Its last resolution is an event.
select
  c.id as ticket_id,
  'contact:' || c.contact_id as created_by,
  'agent:' || c.assignee_id as assigned_to,
  i.name as category,
  case c.status when 0 then 'open' when 1 then 'resolved' when 2 then 'open' when 3 then 'in_progress' end as status,
  case c.priority when 0 then 'low' when 1 then 'medium' when 2 then 'high' when 3 then 'urgent' end as priority,
  c.first_reply_created_at as first_response_at,
  case
    when c.status = 1 then (
      select max(e.event_end_time)
      from reporting_events e
      where e.conversation_id = c.id and e.name = 'conversation_resolved'
    )
  end as resolved_at,
  c.created_at,
  c.updated_at
from conversations c
left join inboxes i on i.id = c.inbox_id
