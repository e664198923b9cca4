/*
doc: Conversations by the hour in which they began.
grain: one row per local hour, channel and whether anonymous, in which a conversation began
feature: conversations
audience: everyone
cadence: 5m
key: [hour, channel, anonymous]
window: true
time: hour
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  channel: {type: text, doc: chat or voice}
  anonymous: {type: boolean, doc: whether it has no user}
  conversations: {type: bigint, merge: sum, doc: conversations begun in it}
*/
select
  date_trunc('hour', created_at, {{ zone() }}) as hour,
  case when is_voice then 'voice' else 'chat' end as channel,
  user_id is null as anonymous,
  count(*) as conversations
from {{ stage('conversations') }} s
group by 1, 2, 3
