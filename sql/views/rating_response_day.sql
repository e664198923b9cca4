/*
doc: How many answers were rated, by the day of the answer. Only answers that had at least 24 hours for it count, by
  whole hours, and only answers that could be rated, those to known users unless the setting
  platform.guests_can_rate is true. An answer that was rated several times counts once; ratings of other messages do
  not count here. Answers to users who were deleted, or whom platform.rows excludes, count with their ratings.
grain: one row per local day with such an answer
feature: feedback conversations
audience: everyone
cadence: 5m
materialized: true
key: [day]
columns:
  day: {type: date, doc: local day of the answer}
  answers: {type: bigint, doc: answers that could be rated}
  rated: {type: bigint, doc: those of them that were}
*/
with ripe as materialized (
  select date_trunc('hour', {{ now() }}, {{ zone() }}) - interval '24 hours' as until
),
rated as (
  select distinct message_id, answered_at
  from {{ view('rating_message') }}
  left join {{ view('conversation_entity') }} talks using (conversation_id)
  where is_answer and ({{ setting('platform.guests_can_rate') }} or not talks.anonymous)
),
counted as (
  select hour, answers, 0 as rated from {{ view('rating_answer_hour') }}
  where {{ setting('platform.guests_can_rate') }} or not anonymous
  union all
  select date_trunc('hour', answered_at, {{ zone() }}), 0, 1 from rated
)
select (hour at time zone {{ zone() }})::date as day, sum(answers)::bigint as answers, sum(rated)::bigint as rated
from counted, ripe
where hour < until
group by 1
having sum(answers) > 0
