select
  'adherent:' || a.num_adherent as user_id,
  a.cree_le as created_at,
  a.modifie_le as updated_at,
  'user' as role,
  not a.compte_bloque as is_active,
  a.prenom as first_name,
  a.nom as last_name
from t_adherent a
where a.supprime_le is null
union all
select 'conseiller:' || c.matricule, c.cree_le, c.modifie_le, case when c.code_profil = 'ADM' then 'admin' else 'user' end, c.actif, c.prenom, c.nom
from t_conseiller c
