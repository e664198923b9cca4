select
  f.step_reaction_id as feedback_id,
  f.step_id as message_id,
  f.analyst_id as user_id,
  case f.reaction when 'helpful' then 5 when 'not_helpful' then 1 end as rating,
  f.reason as comment,
  f.reacted_at as created_at
from qb.step_reaction f
join qb.step m on m.step_id = f.step_id
join qb.investigation c on c.investigation_id = m.investigation_id
where c.deleted_at is null
