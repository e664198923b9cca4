select d.dlg_id as conversation_id, d.ben_id as user_id, to_timestamp(d.beginn) as created_at, d.kanal_id = 2 as is_voice
from t_dialog d
where d.geloescht = 'N'
