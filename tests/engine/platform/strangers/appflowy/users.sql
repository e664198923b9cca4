select u.uid as user_id, u.created_at as created_at, u.updated_at as updated_at, u.name as first_name from af_user u where u.deleted_at is null
