select t.id as conversation_id, (select 'customer_user:' || k.id from customer_user k where k.login = t.customer_user_id) as user_id, t.create_time as created_at from ticket t
