-- A conversation is a ticket.
select
  c.id as ticket_id,
  'visitor:' || c.visitor_id as created_by,
  'user:' || (
    select a.user_id
    from conversation_assignee a
    where a.conversation_id = c.id and a.unassigned_at is null
    order by a.assigned_at desc, a.id desc
    limit 1
  ) as assigned_to,
  case c.status when 'open' then 'open' when 'resolved' then 'resolved' when 'spam' then 'closed' end as status,
  case c.priority when 'normal' then 'medium' else c.priority::text end as priority,
  c.first_response_at,
  c.resolved_at,
  c.created_at,
  c.updated_at
from conversation c
where c.deleted_at is null
