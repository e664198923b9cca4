-- message_hour: Messages by hour and role.

select
  date_trunc('hour', created_at, 'UTC') as hour,
  role,
  count(*) as messages,
  max(created_at) as newest
from (
select
  m.id::text as message_id,
  m.conversation_id::text as conversation_id,
  c.user_id::text as user_id,
  case
    when m.role in ('user', 'human') then 'user'
    when m.role in ('assistant', 'ai') then 'assistant'
    when m.role in ('system') then 'system'
    else 'other'
  end as role,
  m.created_at::timestamptz as created_at
from public.messages m
left join public.conversations c
  on c.id = m.conversation_id
) s
group by 1, 2;
