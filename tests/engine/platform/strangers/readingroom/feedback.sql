select
  e.exchange_no::text as feedback_id,
  e.exchange_no::text as message_id,
  t.reader_no as user_id,
  case e.useful when 'Y' then 5 when 'N' then 1 end as rating,
  e.useful_remark as comment,
  e.useful_at as created_at
from ask_exchange e
join ask_talk t on t.talk_no = e.talk_no
where t.removed = 0 and e.answer is not null and e.useful is not null
