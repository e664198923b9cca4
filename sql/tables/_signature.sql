/*
doc: What the platform held, by day, when a relation's rows of that day were read. A day that holds something else now is read again.
grain: one row per relation that is read by day, and local day with rows
audience: none
key: [relation, day]
columns:
  relation: {type: text, doc: name of the rollup}
  day: {type: date, doc: local day}
  rows: {type: bigint, null: true, doc: "rows of the platform on it; NULL where the day is to be looked at again"}
  signature: {type: bigint, null: true, doc: "exclusive or of the hashes of these rows, over every column that is read"}
*/
