-- Proposed by `gendash init` from public.workspace_chats, about 340 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.id || ':question' as message_id,  -- 98%: primary key
  coalesce(m.thread_id::text, 'workspace:' || m."workspaceId" || ':' || m.user_id) as conversation_id,     -- 82%: the type of workspace_threads.id
  m."createdAt" as created_at,        -- 95%: timestamp without time zone
  'user' as role                      -- 75%: a row is a question and its answer: prompt
from public.workspace_chats m
where m.prompt <> ''  -- 75%: who wrote nothing wrote no message
union all
select
  m.id::text as message_id,        -- 98%: primary key
  coalesce(m.thread_id::text, 'workspace:' || m."workspaceId" || ':' || m.user_id) as conversation_id,  -- 82%: the type of workspace_threads.id
  m."createdAt" as created_at,     -- 95%: timestamp without time zone
  'assistant' as role              -- 75%: a row is a question and its answer: response
from public.workspace_chats m
where m.response <> ''  -- 75%: who wrote nothing wrote no message
