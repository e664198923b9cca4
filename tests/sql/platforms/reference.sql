-- Rows of the reference platform; its tables are those of demo/platform.sql.
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into users (id, email, hashed_password, role, is_active, first_name, last_name, created_at)
  select u('user', n), n || '@example.org', 'h', (array['user', 'admin', 'super_admin', 'robot'])[1 + n % 4], n % 5 > 0,
  case when n % 3 > 0 then 'F' || n end, case when n % 2 > 0 then 'L' || n end, timestamptz '2026-03-19 12:00+00' - n * interval '17 hours'
  from generate_series(1, 30) n;
insert into conversations (id, user_id, is_voice_conversation, created_at)
  select u('talk', n), case when n % 6 > 0 then u('user', 1 + n % 30) end, n % 7 = 0,
  timestamptz '2026-03-20 10:00+00' - n * interval '3 hours' from generate_series(1, 120) n;
insert into messages (id, conversation_id, role, content, metadata, created_at)
  select u('message', n), u('talk', 1 + n % 120), (array['user', 'assistant', 'system'])[1 + n % 3], 'c',
  case when n % 5 = 0 then '{"intent": "billing"}'::jsonb end, timestamptz '2026-03-20 10:30+00' - (1 + n % 120) * interval '3 hours'
  from generate_series(1, 700) n;
insert into feedback (id, message_id, user_id, rating, comment, created_at)
  select u('feedback', n), u('message', n * 4), u('user', 1 + n % 30), (array[1, 5, 4])[1 + n % 3],
  case when n % 4 = 0 then 'C' || n when n % 4 = 1 then '' end, timestamptz '2026-03-20 11:00+00' - n * interval '5 hours'
  from generate_series(1, 90) n;
insert into documents (id, user_id, title, filename, file_type, file_size, file_hash, status, chunk_count, created_at)
  select u('document', n), u('user', 1 + n % 30), 't', 'f', (array['.pdf', '.markdown', '.md', null])[1 + n % 4], n * 100, 'h' || n,
  (array['done', 'processing', 'failed', 'lost'])[1 + n % 4], n % 9, timestamptz '2026-03-19' - n * interval '11 hours'
  from generate_series(1, 40) n;
