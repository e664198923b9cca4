select c.id as conversation_id, 'auths:' || nullif(c.info #>> '{user_info,auth_user_id}', '0') as user_id, c.created_at as created_at from conversations c
