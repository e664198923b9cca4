/*
doc: Accounts, without names and addresses.
grain: one row per account
feature: users
purpose: accounts
audience: admin
cadence: 5m
key: [user_id]
indexes: [[created_at]]
time: created_at
own_rows: user_id
columns:
  user_id: {type: text, doc: id of the account on the platform}
  user_hash: {type: text, hash_of: user_id, doc: "keyed hash of the id, the same that LLM rows carry"}
  created_at: {type: timestamptz, doc: registration}
  updated_at: {type: timestamptz, null: true, doc: last change of the account}
  role: {type: text, doc: "user, admin, super_admin, or other"}
  is_active: {type: boolean, doc: whether the account may sign in}
*/
select user_id, created_at, updated_at, role, is_active
from {{ stage('users') }} s
