select m.id as message_id, m.session_id as conversation_id, m.content ->> 'type' as role, m.created_at as created_at from agent_session_history m
