-- The customer's number is the same in all of its versions.
select
  s.session_sk as conversation_id,
  case when c.customer_sk > 0 then 'customer:' || c.customer_no end as user_id,
  s.started_at as created_at,
  h.is_spoken as is_voice
from mart.fact_session s
join mart.dim_customer c on c.customer_sk = s.customer_sk
join mart.dim_channel h on h.channel_sk = s.channel_sk
where s.test_flag = 0
