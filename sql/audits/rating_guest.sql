/*
doc: Share of rated answers that were given to guests, although platform.guests_can_rate is false. The response rate leaves them out.
place: store
feature: feedback conversations
severity: warning
cadence: 1d
limit: 0.01
touches: [rating_message]
*/
select
  count(distinct message_id) filter (where talks.anonymous and not {{ setting('platform.guests_can_rate') }}) as found,
  count(distinct message_id) as total
from {{ view('rating_message') }}
join {{ view('conversation_entity') }} as talks using (conversation_id)
where is_answer
