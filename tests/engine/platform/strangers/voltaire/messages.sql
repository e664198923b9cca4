-- The announcement at the start of a call is of the system; the agent and operators answer.
select
  t.id as message_id,
  t.interaction_id as conversation_id,
  case t.party when 'caller' then 'user' when 'agent' then 'assistant' when 'operator' then 'assistant' else 'system' end as role,
  t.said_at as created_at
from dialogs_turn t
join dialogs_interaction i on i.id = t.interaction_id
where not i.is_removed and not i.is_test
