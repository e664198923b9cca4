select t.context_key as user_id, min(t.created_at) as created_at from public.threads t where t.context_key is not null group by t.context_key
