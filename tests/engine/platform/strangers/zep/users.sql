select u.user_id, u.created_at, u.updated_at, u.first_name, u.last_name from users u where u.deleted_at is null
