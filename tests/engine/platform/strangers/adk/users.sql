select c.user_id as user_id, min(c.create_time) as created_at from sessions c group by c.user_id
