-- A survey is about a conversation: it is given to its last answer. 0 to 10 becomes 1 to 5 in equal steps.
select
  q.id_enquete as feedback_id,
  l.id_echange || '-' || l.num_ordre as message_id,
  'adherent:' || e.num_adherent as user_id,
  round(1 + q.note * 0.4) as rating,
  q.verbatim as comment,
  q.repondue_le as created_at
from t_enquete q
join t_echange e on e.id_echange = q.id_echange
join lateral (
  select m.id_echange, m.num_ordre
  from t_message m
  where m.id_echange = q.id_echange and m.sens = 'S' and not m.brouillon
  order by m.num_ordre desc
  limit 1
) l on true
where q.note is not null and e.supprime_le is null and not e.test
