-- database_table: The largest tables of the database that holds gendash's store, by default the platform's own, as last sampled. Tables that are locked then are missing.

select
  space.nspname::text as schema_name,
  class.relname::text as table_name,
  space.nspname = trim('"' from 'gendash') and class.relname in (select name from gendash._object) as is_gendash,
  coalesce(pg_total_relation_size(class.oid), 0) as bytes,
  coalesce(pg_indexes_size(class.oid), 0) as index_bytes,
  case when class.reltuples >= 0 then class.reltuples::bigint end as rows,
  count(*) over () as tables
from pg_class class join pg_namespace space on space.oid = class.relnamespace
where class.relkind in ('r', 'm')
  and space.nspname <> 'information_schema' and space.nspname not like 'pg\_%'
  -- the size of a locked table is not known before its lock is given back
  and class.oid not in (select relation from pg_locks where mode = 'AccessExclusiveLock' and relation is not null)
order by 4 desc, 1, 2
limit 50;
