select e.id as move_id, e.conversation_id as ticket_id, e.changes ->> 'status' as to_status, e.created_at as changed_at from conversation_events e where e.changes ->> 'status' is not null
