-- versions: Zola, its schema at the time of writing
-- Guests have an account, too.
select u.id as user_id, u.created_at, u.display_name as first_name
from users u
