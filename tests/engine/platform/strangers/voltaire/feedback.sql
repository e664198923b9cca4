-- A judgement is kept in the turn that it is about.
select
  t.id as feedback_id,
  t.id as message_id,
  'subscriber:' || i.subscriber_id as user_id,
  case when t.was_helpful then 5 else 1 end as rating,
  t.helpful_comment as comment,
  t.judged_at as created_at
from dialogs_turn t
join dialogs_interaction i on i.id = t.interaction_id
where t.was_helpful is not null and not i.is_removed and not i.is_test
