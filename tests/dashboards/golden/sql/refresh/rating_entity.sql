-- rating_entity: Ratings of answers, without comments.

select feedback_id, message_id, user_id, rating, has_comment, created_at, updated_at
from (
select
  f.id::text as feedback_id,
  f.message_id::text as message_id,
  f.user_id::text as user_id,
  f.rating::int as rating,
  f.created_at::timestamptz as created_at,
  f.updated_at::timestamptz as updated_at,
  coalesce(f.comment, '') <> '' as has_comment
from public.feedback f
) s;
