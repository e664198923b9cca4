/*
doc: >-
  Size of the database that holds gendash's store, by default the platform's own, and else not that one. Every refresh
  samples it anew, and the last sample of a day stays: nothing else knows what the size was.
grain: one row per local day on which it was sampled
audience: admin
cadence: 15m
key: [day]
keep: true
columns:
  day: {type: date, doc: local day}
  sampled_at: {type: timestamptz, doc: when its last sample was taken}
  bytes: {type: bigint, doc: "size on disk, indexes included"}
  gendash_bytes: {type: bigint, doc: "the part of it that gendash's own relations take"}
*/
select
  {{ today() }} as day,
  {{ now() }} as sampled_at,
  pg_database_size(current_database()) as bytes,
  coalesce(sum(pg_total_relation_size(to_regclass('{{ schema() }}.' || quote_ident(name)))), 0)::bigint as gendash_bytes
from {{ view('_object') }}
where kind in ('table', 'rollup', 'materialized')
