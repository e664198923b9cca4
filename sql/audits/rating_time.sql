/*
doc: >-
  Share of the ratings within 30 days whose time is that of their message: they have no time of their own. They count on
  the day of the message, and a rating of a message of an older day is found once a day. platform.late_days says how
  many days every refresh compares.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.1
touches: []
*/
select count(*) filter (where created_at = answered_at) as found, count(*) as total
from {{ view('rating_message') }}
where (created_at at time zone {{ zone() }})::date > {{ today() }} - 30 and created_at <= {{ now() }}
