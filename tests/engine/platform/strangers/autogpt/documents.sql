select d.id as document_id, w."userId" as user_id, 'done' as status, split_part(d."mimeType", '/', 2) as file_type, d."sizeBytes" as file_size, d."createdAt" as created_at, d."updatedAt" as updated_at
from platform."UserWorkspaceFile" d
join platform."UserWorkspace" w on w.id = d."workspaceId"
where not d."isDeleted"
