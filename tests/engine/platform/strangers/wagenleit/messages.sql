select
  b.btr_id as message_id,
  b.dlg_id as conversation_id,
  case b.art_id when 1 then 'user' when 2 then 'assistant' when 3 then 'system' end as role,
  to_timestamp(b.zeit) as created_at
from t_beitrag b
join t_dialog d on d.dlg_id = b.dlg_id
where d.geloescht = 'N' and b.entwurf = 'N'
