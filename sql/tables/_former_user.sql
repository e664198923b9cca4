/*
doc: Users who left the list of users, so that what they left behind on the platform is not counted as of an unknown person.
grain: one row per user who was in the list, or is in a row that does not count, and is not in the list
audience: none
key: [user_hash]
columns:
  user_hash: {type: text, doc: keyed hash of the user's id}
  noted_at: {type: timestamptz, doc: when the refresh noted it}
*/
