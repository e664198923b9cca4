-- database_day: Size of the database that holds gendash's store, by default the platform's own, and else not that one. Every refresh samples it anew, and the last sample of a day stays: nothing else knows what the size was.

select
  (gendash.clock() at time zone 'UTC')::date as day,
  gendash.clock() as sampled_at,
  pg_database_size(current_database()) as bytes,
  coalesce(sum(pg_total_relation_size(to_regclass('gendash.' || quote_ident(name)))), 0)::bigint as gendash_bytes
from gendash._object
where kind in ('table', 'rollup', 'materialized');
