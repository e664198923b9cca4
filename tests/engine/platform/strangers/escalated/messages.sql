select m.id as message_id, m.ticket_id as conversation_id, case when exists (select from users u where u.id = m.author_id and (u.is_admin or u.is_agent)) then 'assistant' else 'user' end as role, m.created_at as created_at from escalated_replies m join escalated_tickets c on c.id = m.ticket_id
where not m.is_internal_note and m.deleted_at is null and c.deleted_at is null
