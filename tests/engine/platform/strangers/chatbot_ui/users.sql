select u.id as user_id, u.created_at, u.updated_at, p.display_name as first_name
from auth.users u left join profiles p on p.user_id = u.id where u.deleted_at is null
