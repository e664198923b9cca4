-- An invented database of a public library's assistant (an old catalogue system, a question and its answer in one row, no foreign keys); its adapter, written by hand before the first run, is in the folder.
create table lib_version (component varchar(40) primary key, version varchar(20) not null, updated timestamp not null);
create table code_reader_type (code smallint primary key, meaning varchar(40) not null);
create table code_request_state (code smallint primary key, meaning varchar(40) not null);
create table code_file_state (code char(1) primary key, meaning varchar(40) not null);
create table lib_reader (reader_no int primary key, card_no varchar(16) not null unique, pin_hash varchar(64), forename varchar(60), surname varchar(60), type_code smallint not null, blocked smallint not null default 0, since timestamp not null, changed timestamp);
create table lib_title (title_no int primary key, isbn varchar(13), title varchar(300) not null, author varchar(200), copies int not null default 1);
create table lib_loan (loan_no int primary key, title_no int not null, reader_no int not null, lent timestamp not null, due date not null, returned timestamp);
create table lib_hold (hold_no int primary key, title_no int not null, reader_no int not null, placed timestamp not null);
create table lib_fine (fine_no int primary key, reader_no int not null, amount numeric(8, 2) not null, paid smallint not null default 0, raised timestamp not null);
create table ask_talk (talk_no int primary key, reader_no int, branch varchar(30), begun timestamp not null, removed smallint not null default 0);
create table ask_exchange (exchange_no int primary key, talk_no int not null, question text not null, answer text, asked timestamp not null, answered timestamp, useful char(1), useful_remark varchar(200), useful_at timestamp);
create index ask_exchange_talk on ask_exchange (talk_no);
create table ask_request (request_no int primary key, talk_no int, reader_no int not null, librarian_no int, topic varchar(40), state_code smallint not null, raised timestamp not null, first_reply timestamp, resolved timestamp, closed timestamp);
create table ask_file (file_no int primary key, reader_no int, name varchar(200) not null, bytes int, state_code char(1) not null, fault varchar(200), chunks int not null default 0, added timestamp not null, changed timestamp);
create table web_visit (visit varchar(64) primary key, reader_no int, first_hit timestamp not null, hits int not null);
create table sys_option (option_name varchar(60) primary key, option_value varchar(300));
create table sys_log (log_no bigint primary key, level char(1) not null, line text not null, logged timestamp not null);
create table sys_mail (mail_no bigint primary key, reader_no int not null, subject varchar(200) not null, sent timestamp);
create table sys_prompt (prompt_no int primary key, wording text not null);
insert into lib_version values ('catalogue', '7.4', '2026-02-01'), ('assistant', '1.2', '2026-02-10');
insert into code_reader_type values (1, 'reader'), (2, 'librarian'), (3, 'administrator');
insert into code_request_state values (1, 'open'), (2, 'in progress'), (3, 'resolved'), (4, 'closed');
insert into code_file_state values ('D', 'done'), ('P', 'processing'), ('F', 'failed');
insert into lib_reader select n, 'L' || 900000 + n, 'x', case when n % 8 > 0 then 'Fore' || n end, 'Sur' || n, case when n = 1 then 3 when n <= 6 then 2 else 1 end, case when n % 17 = 0 then 1 else 0 end, timestamp '2026-02-01 08:00' + n * interval '4 hours',
  case when n % 3 > 0 then timestamp '2026-03-01 08:00' + n * interval '4 hours' end from generate_series(1, 56) n;
insert into lib_title select n, '978' || 1000000000 + n, 'Title ' || n, 'Author ' || n % 20, 1 + n % 3 from generate_series(1, 120) n;
insert into lib_loan select n, 1 + n % 120, 1 + n % 56, timestamp '2026-02-03 10:00' + n * interval '4 hours', date '2026-03-20', case when n % 3 > 0 then timestamp '2026-03-18 10:00' end from generate_series(1, 180) n;
insert into lib_hold select n, 1 + n % 120, 1 + n % 56, timestamp '2026-02-20 10:00' + n * interval '7 hours' from generate_series(1, 50) n;
insert into lib_fine select n, 1 + n % 56, 1.50, n % 2, timestamp '2026-03-02' from generate_series(1, 25) n;
insert into ask_talk select 300 + n, case when n % 6 > 0 then 7 + n * 3 % 50 end, (array['Central', 'North'])[1 + n % 2], timestamp '2026-02-10 08:10' + n * interval '9 hours 45 minutes', case when n % 15 = 0 then 1 else 0 end from generate_series(1, 92) n;
insert into ask_exchange select t * 10 + k, 300 + t, 'Is this title available?', case when (t + k) % 12 > 0 then 'Yes, in the Central branch.' end, a, case when (t + k) % 12 > 0 then a + interval '6 seconds' end, h, case when h = 'Y' and t % 5 = 0 then 'Found it at once' end,
  case when h is not null then a + interval '40 seconds' end from generate_series(1, 92) t, generate_series(0, 1 + t % 4) k, lateral (select timestamp '2026-02-10 08:10' + t * interval '9 hours 45 minutes' + k * interval '3 minutes',
  case when (t + k) % 12 = 0 then null when (t * 2 + k) % 7 < 2 then 'Y' when (t * 2 + k) % 7 = 3 then 'N' end) s (a, h);
insert into ask_request select n, 300 + n * 4, 7 + n * 12 % 50, case when n % 4 > 0 then 2 + n % 5 end, (array['loan', 'hold', 'fine'])[1 + n % 3], 1 + n % 4, t, case when n % 4 > 0 then t + interval '1 hour' end, case when n % 4 > 1 then t + interval '7 hours' end, case when n % 4 = 3 then t + interval '9 hours' end
  from generate_series(1, 22) n, lateral (select timestamp '2026-02-10 08:20' + n * 4 * interval '9 hours 45 minutes') s (t) where n * 4 % 6 > 0 and n * 4 % 15 > 0;
insert into ask_file select n, case when n % 5 > 0 then 2 + n % 5 end, 'house rules ' || n || (array['.pdf', '.txt', '.doc'])[1 + n % 3], case when n % 9 > 0 then 2000 * n end, (array['D', 'F', 'D', 'P'])[1 + n % 4], case when n % 4 = 1 then 'Cannot be opened' end, case when n % 2 = 0 then 2 + n % 6 else 0 end,
  timestamp '2026-02-06 09:00' + n * interval '1 day', timestamp '2026-02-06 09:30' + n * interval '1 day' from generate_series(1, 36) n;
insert into web_visit select md5(n::text), case when n % 2 = 0 then 1 + n % 56 end, timestamp '2026-03-20 09:00' - n * interval '3 hours', n from generate_series(1, 120) n;
insert into sys_option select 'option_' || n, n::text from generate_series(1, 9) n;
insert into sys_log select n, (array['I', 'W', 'E'])[1 + n % 3], 'line ' || n, timestamp '2026-03-20 09:00' - n * interval '2 hours' from generate_series(1, 250) n;
insert into sys_mail select n, 1 + n % 56, 'Due soon', timestamp '2026-03-19 06:00' - n * interval '9 hours' from generate_series(1, 80) n;
insert into sys_prompt select n, 'Answer from the catalogue only.' from generate_series(1, 3) n;
