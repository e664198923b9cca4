select d.id as document_id, d."userId" as user_id, 'done' as status, substring(d.name from '[.]([^.]+)$') as file_type, d.created_at as created_at from files d
