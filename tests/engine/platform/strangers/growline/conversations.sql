select
  c.consultation_no as conversation_id,
  'grower:' || c.grower_no as user_id,
  to_timestamp(c.opened_ms / 1000.0) as created_at
from consultation c
where not c.binned
