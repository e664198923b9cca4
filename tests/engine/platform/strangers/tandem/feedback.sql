select
  v.id as feedback_id,
  v.utterance_id as message_id,
  v.member_id as user_id,
  case when v.helpful then 5 else 1 end as rating,
  v.remark as comment,
  v.given_at as created_at,
  v.revised_at as updated_at
from verdicts v
join utterances x on x.id = v.utterance_id
join threads t on t.id = x.thread_id
where t.discarded_at is null
