select m.ai_prompt_uuid::text as message_id, m.ai_thread_uuid as conversation_id, 'assistant' as role, m.responded_at as created_at from ai_prompt m
where m.response is not null
union all
select m.ai_prompt_uuid || ':question', m.ai_thread_uuid, 'user', m.created_at from ai_prompt m
