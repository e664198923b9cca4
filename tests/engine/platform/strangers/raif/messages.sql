select m.id || ':question' as message_id, m.raif_conversation_id as conversation_id, 'user' as role, m.created_at as created_at from raif_conversation_entries m where m.user_message <> ''
union all
select m.id::text, m.raif_conversation_id, 'assistant', m.created_at from raif_conversation_entries m where m.model_response_message <> ''
