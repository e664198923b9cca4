select
  f.answer_score_sk as feedback_id,
  f.message_sk as message_id,
  case when c.customer_sk > 0 then 'customer:' || c.customer_no end as user_id,
  f.score as rating,
  f.verbatim as comment,
  f.scored_at as created_at
from mart.fact_answer_score f
join mart.dim_customer c on c.customer_sk = f.customer_sk
join mart.fact_message m on m.message_sk = f.message_sk
join mart.fact_session s on s.session_sk = m.session_sk
where s.test_flag = 0
