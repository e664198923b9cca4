-- versions: the reference platform, all migrations
select f.id as feedback_id, f.message_id, f.user_id, f.rating, f.comment, f.created_at, f.updated_at
from feedback f
