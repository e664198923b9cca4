-- database_day: Size of the database that holds gendash's store, by default the platform's own, and else not that one. Every refresh samples it anew, and the last sample of a day stays: nothing else knows what the size was.

-- its own rows stay, so it cannot name itself as a reference: that would be a circle
select day, sampled_at, bytes, gendash_bytes from gendash.database_day
where day <> (gendash.clock() at time zone 'UTC')::date
union all
select
  (gendash.clock() at time zone 'UTC')::date,
  gendash.clock(),
  pg_database_size(current_database()),
  coalesce(sum(pg_total_relation_size(to_regclass('gendash.' || quote_ident(name)))), 0)::bigint
from gendash._object
where kind in ('table', 'rollup', 'materialized');
