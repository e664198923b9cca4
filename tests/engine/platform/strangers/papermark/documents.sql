select d.id as document_id, 'user:' || d."ownerId" as user_id, 'done' as status, d.type as file_type, d."createdAt" as created_at, d."updatedAt" as updated_at from "Document" d
