select
  m.message_sk as message_id,
  m.session_sk as conversation_id,
  case p.speaker_type when 'CUSTOMER' then 'user' when 'ASSISTANT' then 'assistant' when 'EMPLOYEE' then 'assistant' when 'SYSTEM' then 'system' end as role,
  m.sent_at as created_at
from mart.fact_message m
join mart.fact_session s on s.session_sk = m.session_sk
join mart.dim_speaker p on p.speaker_sk = m.speaker_sk
where s.test_flag = 0
