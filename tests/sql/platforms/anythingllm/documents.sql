-- Proposed by `gendash init` from public.workspace_documents, about 82 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  d.id as document_id,                                    -- 98%: primary key
  substring(d.filename from '[.]([a-z]+)-[^.]*[.]json$') as file_type,  -- 71%: end of the file name
  d."createdAt" as created_at,                            -- 96%: timestamp without time zone
  d."lastUpdatedAt" as updated_at,                        -- 87%: timestamp without time zone
  (select count(*) from document_vectors v where v."docId" = d."docId") as chunk_count,
  'done' as status                                        -- 50%: not found: each document counts as done
from public.workspace_documents d
