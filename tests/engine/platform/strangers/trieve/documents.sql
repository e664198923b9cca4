select d.id as document_id, 'done' as status, substring(d.file_name from '[.]([^.]+)$') as file_type, d.size as file_size, d.created_at, d.updated_at from files d
