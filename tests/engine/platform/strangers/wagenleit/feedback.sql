select
  w.bew_id as feedback_id,
  w.btr_id as message_id,
  w.ben_id as user_id,
  w.sterne as rating,
  w.bemerkung as comment,
  to_timestamp(w.zeit) as created_at
from t_bewertung w
join t_beitrag b on b.btr_id = w.btr_id
join t_dialog d on d.dlg_id = b.dlg_id
where d.geloescht = 'N' and b.entwurf = 'N'
