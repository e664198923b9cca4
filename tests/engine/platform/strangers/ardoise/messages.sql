-- E: entrant, S: sortant (of the bot, or of an adviser), N: note among advisers.
select
  m.id_echange || '-' || m.num_ordre as message_id,
  m.id_echange as conversation_id,
  case m.sens when 'E' then 'user' when 'S' then 'assistant' end as role,
  m.horodatage as created_at
from t_message m
join t_echange e on e.id_echange = m.id_echange
where e.supprime_le is null and not e.test and m.sens <> 'N' and not m.brouillon
