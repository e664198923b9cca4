/*
doc: >-
  Agent turns that began today or on the 6 local days before, up to now, by how many LLM calls they took.
grain: one row per environment or all, and bucket; each bucket has its row where there is a turn at all
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [environment, rank]
columns:
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  rank: {type: int, doc: "order of the buckets, fewest calls first"}
  bucket: {type: text, doc: "LLM calls of a turn: 1, 2, 3, 4 to 5, 6 to 9, 10 or more"}
  turns: {type: bigint, doc: turns}
*/
with turns as (
  select environment, calls from {{ view('llm_turn') }}
  where
    started_at >= ({{ today() }} - 6)::timestamp at time zone {{ zone() }}
    and started_at <= {{ now() }}
    and calls > 0
),
buckets (rank, bucket, low, high) as (
  values (1, '1', 1, 1), (2, '2', 2, 2), (3, '3', 3, 3), (4, '4 to 5', 4, 5), (5, '6 to 9', 6, 9),
    (6, '10 or more', 10, 2147483647)
)
select
  coalesce(environment, '__all') as environment,
  rank,
  bucket,
  count(*) filter (where calls between low and high) as turns
from turns cross join buckets
group by grouping sets ((environment, rank, bucket), (rank, bucket))
having count(*) > 0
