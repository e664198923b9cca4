/*
doc: Conversations with a rating given today or on the 29 days before, the lowest mean first.
grain: one row per rated conversation
feature: feedback
audience: admin
cadence: 5m
materialized: true
key: [conversation_id]
indexes: [[rank]]
columns:
  rank: {type: bigint, doc: "order by mean, then most ratings"}
  total: {type: bigint, doc: all rated conversations}
  conversation_id: {type: text, doc: id of the conversation on the platform}
  mean: {type: float8, doc: mean of its ratings}
  ratings: {type: bigint, doc: their number}
  last_at: {type: timestamptz, doc: the last of them}
  comment: {type: text, "null": true, doc: "the last comment; NULL where none was written"}
*/
select
  row_number() over (order by avg(rating), count(*) desc, conversation_id) as rank,
  count(*) over () as total,
  conversation_id,
  avg(rating)::float8 as mean,
  count(*) as ratings,
  max(created_at) as last_at,
  (array_agg(comment order by created_at desc, feedback_id) filter (where comment is not null))[1] as comment
from {{ view('rating_turn_30d') }}
group by conversation_id
