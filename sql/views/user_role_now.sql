/*
doc: Accounts by role, as they are now.
grain: one row per role
feature: users
audience: everyone
cadence: 5m
materialized: true
key: [role]
columns:
  role: {type: text, doc: "user, admin, super_admin, or other"}
  rank: {type: int, doc: order of the roles}
  active: {type: bigint, doc: accounts that may sign in}
  inactive: {type: bigint, doc: accounts that may not}
*/
select
  roles.role,
  roles.rank,
  count(user_id) filter (where is_active) as active,
  count(user_id) filter (where not is_active) as inactive
from (values ('user', 1), ('admin', 2), ('super_admin', 3), ('other', 4)) as roles (role, rank)
left join {{ view('user_entity') }} accounts on accounts.role = roles.role
group by 1, 2
