-- rating_answer_hour: Answers by hour, and whether they were given to a guest.

select date_trunc('hour', created_at, 'UTC') as hour, user_id is null as anonymous, count(*) as answers
from (
select message_id, conversation_id, user_id, role, created_at from (
select
  m.id::text as message_id,
  m.conversation_id::text as conversation_id,
  c.user_id::text as user_id,
  case when lower(m.role::text) in ('user', 'human') then 'user' when lower(m.role::text) in ('assistant', 'ai') then 'assistant' when lower(m.role::text) in ('system') then 'system' else 'other' end as role,
  m.created_at::timestamptz as created_at
from public.messages m
left join public.conversations c
  on c.id = m.conversation_id
) given where message_id is not null and conversation_id is not null and role is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s
where role = 'assistant'
group by 1, 2;
