select t.id as ticket_id, 'customers:' || t.customer_id as created_by, 'users:' || t.user_id as assigned_to, case t.status when 1 then 'open' when 2 then 'in_progress' when 3 then 'closed' when 4 then 'closed' end as status, t.closed_at as closed_at, t.created_at as created_at, t.updated_at as updated_at from conversations t
where t.state = 2
