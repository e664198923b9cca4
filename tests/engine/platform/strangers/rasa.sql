-- An invented database with the table and types of Rasa's SQL tracker store (its documentation of 3.x); its adapter, written by hand
-- before the first run, is in the folder.
create table events (id serial primary key, sender_id varchar(255) not null, type_name varchar(255) not null, "timestamp" double precision, intent_name varchar(255), action_name varchar(255), data text);
create index on events (sender_id);
insert into events (sender_id, type_name, "timestamp", intent_name, action_name, data) select md5('s' || (1 + n % 40)), (array['action', 'user', 'slot', 'bot', 'action', 'user_featurization', 'session_started'])[1 + n % 7], 1773900000.25 + n * 37 - (n % 40) * 86400 / 4, case when n % 7 = 1 then (array['greet', 'goodbye', 'nlu_fallback'])[1 + n % 3] end,
  case when n % 7 in (0, 4) then 'action_listen' end, '{"event": "x", "text": "t"}' from generate_series(1, 1400) n;
