-- rating_entity: Ratings of answers, without comments.

select feedback_id, message_id, user_id, rating, has_comment, created_at, updated_at
from (
select feedback_id, message_id, user_id, rating, created_at, case when updated_at >= timestamptz '2000-01-01 00:00:00+00' and updated_at < timestamptz '2200-01-01 00:00:00+00' then updated_at end as updated_at, has_comment from (
select
  f.id::text as feedback_id,
  f.message_id::text as message_id,
  f.user_id::text as user_id,
  -- what cannot be a number costs this row, which doctor counts, and no other
  case when btrim(f.rating::text) ~ '^[+-]?[0-9]{1,9}([.][0-9]*)?$' then btrim(f.rating::text)::numeric::int end as rating,
  f.created_at::timestamptz as created_at,
  f.updated_at::timestamptz as updated_at,
  coalesce(f.comment::text, '') <> '' as has_comment
from public.feedback f
) given where feedback_id is not null and message_id is not null and rating is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00' and has_comment is not null
) s;
