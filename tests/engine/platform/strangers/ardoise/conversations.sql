select e.id_echange as conversation_id, 'adherent:' || e.num_adherent as user_id, e.debut as created_at, e.code_canal = 'T' as is_voice
from t_echange e
where e.supprime_le is null and not e.test
