select
  p.id as message_id,
  p.consultation_id as conversation_id,
  case p.type when 'QuestionPost' then 'user' when 'AnswerPost' then 'assistant' when 'PartnerPost' then 'assistant' else 'system' end as role,
  p.created_at
from posts p
join consultations c on c.id = p.consultation_id
where c.discarded_at is null and p.discarded_at is null and p.state = 'published'
