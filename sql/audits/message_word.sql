/*
doc: Share of the messages of 30 days with a role that platform.vocabularies.message_role does not have. They are neither questions nor answers.
place: store
feature: conversations
severity: warning
cadence: 1d
limit: 0.01
*/
select coalesce(sum(messages) filter (where role = 'other'), 0) as found, coalesce(sum(messages), 0) as total
from {{ view('message_hour') }}
where hour > {{ now() }} - interval '30 days' and hour <= {{ now() }}
