select
  t.callback_no as ticket_id,
  'grower:' || t.grower_no as created_by,
  'adviser:' || t.adviser_no as assigned_to,
  t.about as category,
  t.progress as status,
  t.urgency as priority,
  to_timestamp(t.reached_ms / 1000.0) as first_response_at,
  to_timestamp(t.settled_ms / 1000.0) as resolved_at,
  to_timestamp(t.asked_ms / 1000.0) as created_at,
  to_timestamp(t.touched_ms / 1000.0) as updated_at
from callback t
