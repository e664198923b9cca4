-- Proposed by `gendash init` from public.workspace_threads, about 82 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  c.id::text as conversation_id,  -- 98%: primary key
  c.user_id as user_id,         -- 97%: foreign key to users
  c."createdAt" as created_at   -- 95%: timestamp without time zone
from public.workspace_threads c
union all
select 'workspace:' || w."workspaceId" || ':' || w.user_id, w.user_id, min(w."createdAt")
from workspace_chats w
where w.thread_id is null
group by w."workspaceId", w.user_id
