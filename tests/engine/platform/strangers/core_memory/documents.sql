select d.id as document_id, d."editedBy" as user_id, 'done' as status, cardinality(d."chunkHashes") as chunk_count, d."createdAt" as created_at, d."updatedAt" as updated_at from "Document" d
where d.deleted is null
