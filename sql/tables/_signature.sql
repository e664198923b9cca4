/*
doc: Signature of the platform's rows, by day, when a relation last read that day. A day with another signature now is read again.
grain: one row per relation that is read by day, and local day with rows
audience: none
key: [relation, day]
columns:
  relation: {type: text, doc: name of the rollup}
  day: {type: date, doc: local day}
  rows: {type: bigint, null: true, doc: "rows of the platform on it; NULL if the day must be read again"}
  signature: {type: bigint, null: true, doc: "exclusive or of the hashes of these rows, over every column that is read"}
*/
