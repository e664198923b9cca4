/*
doc: >-
  How much people use it, as distributions over today and the 29 days before. Conversations per user: users with at least
  one conversation begun in them. Messages per conversation: conversations begun in them and at least 24 hours ago, all
  roles, those without a message included.
grain: one row per measure and bucket
feature: conversations
audience: everyone
columns:
  measure: {type: text, doc: "conversations (per user) or messages (per conversation)"}
  rank: {type: int, doc: order of the buckets}
  bucket: {type: text, doc: "bounds, both included"}
  n: {type: bigint, doc: users or conversations in the bucket}
*/
with buckets (measure, rank, bucket, low, high) as (
  values ('conversations', 1, '1', 1, 1), ('conversations', 2, '2', 2, 2), ('conversations', 3, '3 to 4', 3, 4),
    ('conversations', 4, '5 to 9', 5, 9), ('conversations', 5, '10 to 19', 10, 19),
    ('conversations', 6, '20 or more', 20, null),
    ('messages', 1, 'none', 0, 0), ('messages', 2, '1 to 2', 1, 2), ('messages', 3, '3 to 4', 3, 4),
    ('messages', 4, '5 to 8', 5, 8), ('messages', 5, '9 to 16', 9, 16), ('messages', 6, '17 or more', 17, null)
)
select buckets.measure, rank, bucket, coalesce(sum(n), 0)::bigint as n
from buckets left join {{ view('user_depth_amount') }} amounts
  on amounts.measure = buckets.measure and amount >= low and (high is null or amount <= high)
group by 1, 2, 3
