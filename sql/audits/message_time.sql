/*
doc: >-
  Share of the conversations with four messages and more within 30 days whose messages all have one time: they have no
  time of their own. They count on the day of that time, and a message that is added to a conversation of an older day
  is found once a day. platform.late_days says how many days every refresh compares.
place: store
feature: conversations
severity: warning
cadence: 1d
limit: 0.1
touches: []
*/
select count(*) filter (where first_at = last_at) as found, count(*) as total
from (
  select min(first_at) as first_at, max(last_at) as last_at
  from {{ view('message_conversation_day') }}
  where day > {{ today() }} - 30 and day <= {{ today() }}
  group by conversation_id
  having sum(messages) >= 4
) as talks
