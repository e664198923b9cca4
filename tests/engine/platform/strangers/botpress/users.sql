select u.user_id, u.created_on as created_at, u.updated_on as updated_at from srv_channel_users u
