-- rating_message: Messages that ratings are about, without the person who rated, so that they stay when that person is forgotten.

select feedback_id, created_at, message_id, is_answer, conversation_id, answered_at
from (
select feedback_id, user_id, rating, comment, created_at, message_id, is_answer, conversation_id, answered_at, trace_id from (
select
  f.id::text as feedback_id,
  f.user_id::text as user_id,
  case when btrim(f.rating::text) ~ '^[+-]?[0-9]{1,9}([.][0-9]*)?$' then btrim(f.rating::text)::numeric::int end as rating,
  case when true then nullif(btrim(f.comment::text), '') end as comment,
  f.created_at::timestamptz as created_at,
  m.id::text as message_id,
  case when lower(m.role::text) in ('user', 'human') then 'user' when lower(m.role::text) in ('assistant', 'ai') then 'assistant' when lower(m.role::text) in ('system') then 'system' else 'other' end = 'assistant' as is_answer,
  m.conversation_id::text as conversation_id,
  m.created_at::timestamptz as answered_at,
  m.metadata::jsonb ->> 'trace_id' as trace_id
from public.feedback f
join public.messages m
  on m.id = f.message_id
) given where feedback_id is not null and rating is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00' and message_id is not null and is_answer is not null and conversation_id is not null and answered_at >= timestamptz '2000-01-01 00:00:00+00' and answered_at < timestamptz '2200-01-01 00:00:00+00'
) s;
