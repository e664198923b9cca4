select c.id as conversation_id, (select u.id from auth_user u where u.email = c.submitter_email limit 1) as user_id, c.created as created_at from helpdesk_ticket c
