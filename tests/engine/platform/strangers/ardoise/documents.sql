select
  p.id_piece as document_id,
  'conseiller:' || p.matricule as user_id,
  case p.etape when 'indexee' then 'done' when 'rejetee' then 'failed' else 'processing' end as status,
  substring(p.fichier from '[.]([^.]+)$') as file_type,
  p.taille_octets as file_size,
  p.nb_extraits as chunk_count,
  p.motif_rejet as failure_reason,
  p.cree_le as created_at,
  p.modifie_le as updated_at
from t_piece p
where p.supprime_le is null
