/*
doc: Names of accounts, for dashboards of admins only; they are stored nowhere else.
grain: one row per account
feature: users
audience: admin
cadence: 15m
key: [user_id]
time: created_at
columns:
  user_id: {type: text, of_user: true, doc: id of the account on the platform}
  created_at: {type: timestamptz, doc: registration}
  name: {type: text, "null": true, doc: "first and last name; NULL where the platform keeps none"}
*/
select user_id, created_at, name
from {{ stage('people') }} s
