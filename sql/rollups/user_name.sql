/*
doc: Names of accounts, for dashboards of admins only; they stand nowhere else.
grain: one row per account
feature: users
audience: admin
cadence: 15m
key: [user_id]
columns:
  user_id: {type: text, of_user: true, doc: id of the account on the platform}
  name: {type: text, "null": true, doc: "first and last name; NULL where the platform keeps none"}
*/
select user_id, name
from {{ stage('people') }} s
