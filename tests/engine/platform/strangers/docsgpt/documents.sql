select d.id as document_id, d.user_id as user_id, 'done' as status, d.type as file_type, d.created_at as created_at, d.updated_at as updated_at from sources d
