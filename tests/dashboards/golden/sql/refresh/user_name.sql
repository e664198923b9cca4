-- user_name: Names of accounts, for dashboards of admins only; they are stored nowhere else.

select user_id, created_at, name
from (
select user_id, created_at, name from (
select
  u.id::text as user_id,
  u.created_at::timestamptz as created_at,
  case when true then nullif(
    trim(
      concat_ws(
        ' ', u.first_name::text,
        u.last_name::text
      )
    ),
    ''
  ) end as name
from public.users u
) given where user_id is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s;
