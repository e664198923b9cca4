"""What a Viewer can try with raw SQL in open-source Grafana: each text is sent as it is, as one query.

``ends`` says what must become of it:
- an SQLSTATE, or several: the server refuses it;
- ``empty``: it is answered, by no rows, or by one row of 0, false or NULL: nothing of anybody else is in it;
- ``own``: it is answered, and changes the session that sent it, or nothing;
- ``undone``, maybe with an SQLSTATE of other servers: it is done, and the next `gendash db migrate` undoes it;
- ``cost``: it cannot be prevented, and costs what SECURITY.md says under the name in ``cost``.
"""

from __future__ import annotations

from dataclasses import dataclass

REFUSED, MISSING_TABLE = "42501", "42P01"
WRITE = "set transaction_read_only = off; "


@dataclass(frozen=True)
class Attack:
    """One text, and what becomes of it."""

    name: str
    sql: str
    ends: str = REFUSED
    cost: str = ""


def _reading() -> list[Attack]:
    owned = {
        "the key of user hashes": "select * from gendash._secret",
        "calls of the LLM": "select * from gendash.lf_observation",
        "rejected items": "select * from gendash.lf_rejected",
        "state of the sync": "select * from gendash._sync",
        "records of objects": "select * from gendash._object",
        "leases": "select * from gendash._lease",
        "a row per user": "select * from gendash.user_day",
        "names of users": "select * from gendash.user_name",
        "comments of ratings": "select * from gendash.rating_detail",
        "the platform's users": "select * from public.users",
        "the platform's passwords": "select hashed_password from public.users",
        "the platform's messages": "select * from public.messages",
        "a user's hash": "select gendash.user_hash('a')",
        "a pass for the clock": "select gendash.clock_pass('2000-01-01')",
        "verifiers of passwords": "select rolpassword from pg_authid",
        "verifiers of passwords by pg_shadow": "select passwd from pg_shadow",
        "a file": "select pg_read_file('/etc/passwd')",
        "a binary file": "select pg_read_binary_file('postgresql.conf')",
        "a folder": "select pg_ls_dir('.')",
        "a file's size": "select pg_stat_file('postgresql.conf')",
        "a file as large object": WRITE + "select lo_import('/etc/passwd')",
        "a file by copy": "create temp table t (a text); copy t from '/etc/passwd'",
        "pg_hba.conf": "select * from pg_hba_file_rules",
        "the data folder": "select current_setting('data_directory')",
        "statistics with values": "select * from pg_statistic",
        "subscriptions": "select subconninfo from pg_subscription",
        "the key by a query in XML": "select query_to_xml('select * from gendash._secret', true, false, '')",
        "names by text search": "select * from ts_stat('select to_tsvector(name) from gendash.user_name')",
        "a file by a large object": WRITE + "select lo_export(lo_create(0), '/tmp/gendash-attack')",
        "queries of others by an extension": "select query from pg_stat_statements",
        "another database by an extension": "select dblink('dbname=postgres', 'select 1')",
        "the log of the server": "select pg_current_logfile()",
        "files of the log": "select * from pg_ls_logdir()",
        "files of the write-ahead log": "select * from pg_ls_waldir()",
        "shared memory": "select * from pg_shmem_allocations",
        "memory of others": "select pg_log_backend_memory_contexts(pid) from pg_stat_activity",
    }
    absent = "42P01 42883 0A000"  # of an extension or a library that the server lacks
    found = [Attack(f"read {name}", sql, f"{REFUSED} 25006 {absent}") for name, sql in owned.items()]
    nothing = {
        "queries of others": "select count(*) from pg_stat_activity where usename <> current_user "
        "and query not in ('', '<insufficient privilege>')",
        "frequent values of hidden columns": "select count(*) from pg_stats where schemaname = 'public' "
        "or tablename in ('user_day', 'user_name', 'rating_detail', '_secret')",
        "mapped passwords": "select count(*) from pg_user_mappings where umoptions is not null",
        "relations of others by privileges": "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace "
        "where nspname = 'public' and relkind = 'r' and has_table_privilege(c.oid, 'select')",
        "a value in the error of a refresh": "select count(*) from gendash.refresh_now where error ~ 'SECRET'",
        "prepared statements of others": "select count(*) from pg_prepared_statements",
        "cursors of others": "select count(*) from pg_cursors where is_holdable",
        "addresses of primary servers": "select count(*) from pg_stat_wal_receiver where conninfo is not null",
        "the time that another session set": "select gendash.clock() <> now()",
    }
    named = {
        "names of the platform's tables and columns": "select count(*) from pg_attribute where attnum > 0",
        "numbers of the platform's rows": "select sum(n_live_tup) from pg_stat_user_tables",
        "code of functions": "select max(prosrc) from pg_proc",
        "texts of views": "select max(pg_get_viewdef(oid)) from pg_class where relkind = 'v'",
        "roles and their settings": "select count(*) from pg_roles, pg_db_role_setting",
        "locks of others": "select count(*) from pg_locks",
        "sizes of tables": "select pg_total_relation_size('public.users')",
    }
    found += [Attack(f"read {name}", sql, "empty") for name, sql in nothing.items()]
    return found + [Attack(f"read {name}", sql, "cost", "Catalogs") for name, sql in named.items()]


def _writing() -> list[Attack]:
    refused = {
        "insert": "insert into gendash.message_hour values (now(), 'user', 1, now())",
        "update": "update gendash.message_hour set messages = 0",
        "delete": "delete from gendash.message_hour",
        "truncate": "truncate gendash.message_hour",
        "lock rows": "select * from gendash.message_hour for update",
        "drop a view": "drop view gendash.refresh_now",
        "drop a table": "drop table gendash.message_hour",
        "alter a table": "alter table gendash.message_hour add column x int",
        "create in the schema": "create table gendash.x (a int)",
        "replace a function": "create or replace function gendash.clock() returns timestamptz language sql "
        "as 'select now()'",
        "create a schema": "create schema x",
        "comment on a table": "comment on table gendash.message_hour is 'x'",
        "create a rule": "create rule x as on insert to gendash.message_hour do nothing",
        "refresh a view": "refresh materialized view gendash.ticket_day",
        "index a table": "create index on gendash.message_hour (messages)",
        "grant on a table": "grant select on gendash.user_day to public",
        "default privileges of the owner": "alter default privileges for role gendash_owner grant select on tables "
        "to public",
        "reset statistics": "select pg_stat_reset()",
        "copy to a program": "copy (select 1) to program 'id'",
        "copy from a program": "create temp table t (a text); copy t from program 'id'",
        "copy to a file": "copy (select 1) to '/tmp/gendash-attack'",
        "load a library": "load '/tmp/x.so'",
        "create an extension": "create extension plpython3u",
        "create a server": "create server x foreign data wrapper y",
        "create an event trigger": "create event trigger x on ddl_command_end execute function gendash.note_days()",
        "create a publication": "create publication x for all tables",
        "create a database": "create database x",
        "create a tablespace": "create tablespace x location '/tmp'",
        "create a language": "create language plpython3u",
        "create a policy": "create policy x on gendash.message_hour using (true)",
        "create a trigger": "create trigger x before insert on gendash.message_hour execute function gendash.note_days()",
        "create statistics": "create statistics gendash.x on messages, role from gendash.message_hour",
        "create a view": "create view gendash.x as select 1",
        "create a materialized view": "create materialized view gendash.x as select 1",
        "create a sequence": "create sequence gendash.x",
        "create a domain": "create domain gendash.x as int",
        "create a type": "create type gendash.x as (a int)",
        "create an operator": "create operator gendash.=== (function = int4eq, leftarg = int, rightarg = int)",
        "create an aggregate": "create aggregate gendash.x (int) (sfunc = int4pl, stype = int)",
        "create a cast": "create cast (int as bytea) without function",
        "create a collation": 'create collation gendash.x from "C"',
        "create a text search configuration": "create text search configuration gendash.x (copy = simple)",
        "create a function": "create function gendash.x() returns int language sql as 'select 1'",
        "create a procedure": "create procedure gendash.x() language sql as 'select 1'",
        "create a function in public": "create function public.x() returns int language sql as 'select 1'",
        "create a foreign table": "create foreign table gendash.x (a int) server y",
        "create an extension that reads files": "create extension file_fdw",
        "create an extension that connects": "create extension dblink",
        "rewrite a table": "cluster gendash.message_hour",
        "rebuild an index": "reindex table gendash.message_hour",
        "end a checkpoint early": "checkpoint",
        "move a replication origin": "select pg_replication_origin_create('x')",
        "watch changes": "select pg_create_logical_replication_slot('x', 'test_decoding')",
    }
    codes = "42501 42704 0A000 58P01 42P01 25001 55000"
    found = [Attack(name, WRITE + sql, codes) for name, sql in refused.items()]
    return [
        *found,
        Attack("write without permission to write", "create temp table t (a int)", "25006"),
        Attack(
            "lock a table against readers", "lock table gendash.message_hour in access exclusive mode", "42501 25P01"
        ),
        Attack("lock an owner's row", "begin; select * from gendash._lease for update", "25006 42501"),
    ]


def _roles() -> list[Attack]:
    refused = {
        "become the owner": "set role gendash_owner",
        "become the admins' reader": "set role gendash_admin_reader",
        "become the superuser": "set session authorization postgres",
        "create a role": "create role x",
        "become superuser": "alter role current_user superuser",
        "raise the limit of connections": "alter role current_user connection limit -1",
        "set the owner's password": "alter role gendash_owner password 'x'",
        "set the owner's path": "alter role gendash_owner set search_path = pg_temp",
        "set the admins' reader": "alter role gendash_admin_reader set statement_timeout = 1",
        "join the owner": "grant gendash_owner to current_user",
        "drop what the owner has": "drop owned by gendash_owner",
        "rename the role": "alter role gendash_reader rename to x",
        "set the server": "alter system set max_connections = 1",
        "set the database": "do $$ begin execute format('alter database %I set search_path = x', current_database()); "
        "end $$",
        "write files without limit": "set temp_file_limit = -1",
        "switch triggers off": "set session_replication_role = replica",
        "hide from the log": "set log_statement = none",
        "reload the server": "select pg_reload_conf()",
        "rotate the log": "select pg_rotate_logfile()",
        "switch the log": "select pg_switch_wal()",
        "keep the log for ever": "select pg_create_physical_replication_slot('x', true)",
        "end another's session": "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user",
        "cancel another's query": "select pg_cancel_backend(pid) from pg_stat_activity where usename <> current_user",
    }
    undone = {
        "change the own password": "alter role current_user password 'x'",
        "drop the own password": "alter role current_user password null",
        "set the own path": "alter role current_user set search_path = pg_temp",
        "set the own time limit": "alter role current_user set statement_timeout = 1",
        "set the own role to write": "alter role current_user set default_transaction_read_only = off",
        "set the own role in this database": "do $$ begin execute format('alter role current_user in database %I "
        "set enable_indexscan = off', current_database()); end $$",
        "reset the own role": "alter role current_user reset all",
        "set the clock of later sessions": "alter role current_user set gendash.now = '2000-01-01'",
        "keep a large object": "select lo_from_bytea(0, repeat('x', 1000)::bytea)",
        "keep many large objects": "select lo_create(0) from generate_series(1, 50)",
    }
    found = [Attack(name, WRITE + sql, "42501 25001 0A000") for name, sql in refused.items()]
    found += [Attack(name, WRITE + sql, "undone 42501") for name, sql in undone.items()]
    return [*found, Attack("give the own rights away", WRITE + "drop owned by current_user", "own")]


def _loads() -> list[Attack]:
    endless = "select count(*) from pg_class a, pg_class b, pg_class c, pg_class d"
    return [
        Attack("sleep", "select pg_sleep(60)", "57014"),
        Attack("a query without an end", endless, "57014"),
        Attack("a text of 1 GB", "select length(repeat('x', 1 << 30))", "54000"),
        Attack(
            "temporary files",
            "set work_mem = '64kB'; set max_parallel_workers_per_gather = 0; set statement_timeout = 0; "
            "select count(*) from (select g from generate_series(1, 30000000) g order by md5(g::text)) as sorted",
            "53400",
        ),
        Attack("a loop without an end", "do $$ begin loop null; end loop; end $$", "57014"),
        Attack(
            "a recursion without an end",
            "with recursive r as (select 1 as a union all select a from r) select count(*) from r",
            "57014 53400",
        ),
        Attack("a block of code", "do $$ begin perform 1; end $$", "own"),
        Attack("a prepared statement", "prepare x as select 1", "own"),
        Attack("a cursor that outlives", "begin; declare x cursor with hold for select 1; commit", "own"),
        Attack("a snapshot for others", "begin; select pg_export_snapshot()", "own"),
        Attack("a channel", "listen gendash", "own"),
        Attack("another default of the session", "set session characteristics as transaction read write", "own"),
        Attack("forget the session", "discard all", "own"),
        Attack("analyze a table", WRITE + "analyze gendash.message_hour", "own"),
        Attack("vacuum a table", WRITE + "vacuum gendash.message_hour", "own 25001"),
        Attack("a lock of a hidden table", "begin; lock table gendash.message_hour in access share mode"),
        Attack(
            "many notifications",
            "do $$ begin for n in 1..1000 loop perform pg_notify('x', n::text); end loop; end $$",
            "cost",
            "Notifications and advisory locks",
        ),
        Attack("many transaction ids", "select txid_current()", "cost", "Open transactions"),
        Attack(
            "the write-ahead log",
            "select pg_logical_emit_message(false, 'x', repeat('x', 100000))",
            "cost",
            "Write-ahead log",
        ),
        Attack(
            "a function for the session",
            WRITE + "create function pg_temp.clock() returns int language sql as 'select 1'",
            "cost",
            "Temporary tables",
        ),
        Attack(
            "many temporary tables",
            WRITE
            + "do $$ begin for n in 1..200 loop execute format('create temp table x%s (a int)', n); end loop; end $$",
            "cost",
            "Temporary tables",
        ),
        Attack("prepare a transaction", "begin; select 1; prepare transaction 'x'", "55000"),
        Attack("move the clock", "set gendash.now = '2000-01-01'; select gendash.clock() <> now()", "empty"),
        Attack(
            "move the clock with a false pass",
            "set gendash.now = '2000-01-01#0123456789abcdef'; select gendash.clock() <> now()",
            "empty",
        ),
        Attack("move the clock to nonsense", "set gendash.now = 'x#y'; select gendash.clock() <> now()", "empty"),
        Attack("shadow a name", "set search_path = pg_temp; select gendash.clock() <> now()", "empty"),
        Attack("the lock of old migrations", f"select pg_advisory_lock({0x67656E64617368})", "own"),
        Attack(
            "the lock of old syncs",
            "select pg_advisory_lock(hashtextextended('gendash default observations', 0))",
            "own",
        ),
        Attack("notify", "notify gendash, 'x'", "own"),
        Attack("an own time limit", "set statement_timeout = 0; select 1", "cost", "Time and memory"),
        Attack("much memory", "set work_mem = '2GB'; select 1", "cost", "Time and memory"),
        Attack("temporary tables", WRITE + "create temp table t as select 1", "cost", "Temporary tables"),
        Attack(
            "an open transaction",
            "set idle_in_transaction_session_timeout = 0; begin; select count(*) from gendash.activity_day",
            "cost",
            "Open transactions",
        ),
    ]


ATTACKS: tuple[Attack, ...] = (*_reading(), *_writing(), *_roles(), *_loads())
