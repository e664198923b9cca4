/*
doc: >-
  Size of the database that holds gendash's store, which is the platform's own by default. Every refresh samples it
  again, and the last sample of a day is kept, since past sizes are recorded nowhere else.
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
