-- database_day: Size of the database that holds gendash's store, which is the platform's own by default. Every refresh samples it again, and the last sample of a day is kept, since past sizes are recorded nowhere else.

select
  (gendash.clock() at time zone 'UTC')::date as day,
  gendash.clock() as sampled_at,
  pg_database_size(current_database()) as bytes,
  coalesce(sum(pg_total_relation_size(to_regclass('gendash.' || quote_ident(name)))), 0)::bigint as gendash_bytes
from gendash._object
where kind in ('table', 'rollup', 'materialized');
