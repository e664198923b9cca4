select d.id as document_id, 'done' as status, substring(d.url from '[.]([^.]+)$') as file_type, d.created_at as created_at, d.updated_at as updated_at from document d
