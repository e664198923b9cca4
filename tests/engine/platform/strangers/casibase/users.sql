select c."user" as user_id, min(c.created_time) as created_at from chat c where c."user" <> '' group by c."user"
