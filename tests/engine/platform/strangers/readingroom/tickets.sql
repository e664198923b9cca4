select
  q.request_no as ticket_id,
  q.reader_no as created_by,
  q.librarian_no as assigned_to,
  q.topic as category,
  case k.meaning when 'in progress' then 'in_progress' else k.meaning end as status,
  q.first_reply as first_response_at,
  q.resolved as resolved_at,
  q.closed as closed_at,
  q.raised as created_at
from ask_request q
left join code_request_state k on k.code = q.state_code
