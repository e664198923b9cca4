select u.id as user_id, u.name as first_name, u.created_at as created_at, u.updated_at as updated_at from basejump.accounts u
