select d.id as document_id, 'done' as status, split_part(d.type, '/', 2) as file_type, d.size as file_size, d.created_at, d.updated_at from resources d where d.channel = 'INPUT'
