-- The state of a dossier is the one of its history that has no end; it was resolved and closed when those states began.
select
  d.num_dossier as ticket_id,
  'adherent:' || d.num_adherent as created_by,
  'conseiller:' || d.matricule as assigned_to,
  m.libelle as category,
  case s.code_etat when 'OUV' then 'open' when 'COU' then 'in_progress' when 'ATT' then 'in_progress' when 'RES' then 'resolved' when 'CLO' then 'closed' end as status,
  case d.id_priorite when 1 then 'low' when 2 then 'medium' when 3 then 'high' when 4 then 'urgent' end as priority,
  d.premiere_reponse_le as first_response_at,
  (select max(h.depuis) from t_dossier_etat h where h.num_dossier = d.num_dossier and h.code_etat = 'RES') as resolved_at,
  (select max(h.depuis) from t_dossier_etat h where h.num_dossier = d.num_dossier and h.code_etat = 'CLO') as closed_at,
  d.echeance_le as sla_due_at,
  d.cree_le as created_at,
  d.modifie_le as updated_at
from t_dossier d
left join t_dossier_etat s on s.num_dossier = d.num_dossier and s.jusqua is null
left join r_motif m on m.id_motif = d.id_motif
