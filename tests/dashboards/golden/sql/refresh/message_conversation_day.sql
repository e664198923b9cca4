-- message_conversation_day: Messages by conversation and day; over all days, the length of a conversation.

select
  (created_at at time zone 'UTC')::date as day,
  conversation_id,
  count(*) as messages,
  count(*) filter (where role = 'user') as user_messages,
  min(created_at) as first_at,
  max(created_at) as last_at
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
