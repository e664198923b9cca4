-- A row is a question and, unless nothing was found, its answer.
select
  e.exchange_no || ':question' as message_id,
  e.talk_no as conversation_id,
  'user' as role,
  e.asked as created_at
from ask_exchange e
join ask_talk t on t.talk_no = e.talk_no
where t.removed = 0
union all
select
  e.exchange_no::text,
  e.talk_no,
  'assistant',
  e.answered
from ask_exchange e
join ask_talk t on t.talk_no = e.talk_no
where t.removed = 0 and e.answer is not null
