select m.id as message_id, m.ticket_id as conversation_id, case when m.user_id is null then 'user' else 'assistant' end as role, m.date as created_at from helpdesk_followup m where m.public
