/*
doc: Share of the messages of 30 days whose conversation does not exist, or does not count. They count as messages without a user.
place: store
feature: conversations
severity: warning
cadence: 1d
limit: 0.01
*/
select coalesce(sum(messages) filter (where talks.conversation_id is null), 0) as found, coalesce(sum(messages), 0) as total
from {{ view('message_conversation_day') }}
left join {{ view('conversation_entity') }} as talks using (conversation_id)
where day > {{ today() }} - 30 and day <= {{ today() }}
