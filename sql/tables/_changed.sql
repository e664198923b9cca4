/*
doc: Days of a tracked table that were written to, noted by its triggers. What is older than two days is deleted, since every reader reads all once a day.
grain: one row per table, local day and transaction
audience: none
key: [relation, day, transaction]
columns:
  relation: {type: text, doc: name of the table}
  day: {type: date, doc: local day of a row that was inserted, changed or deleted}
  transaction: {type: xid8, doc: the transaction that did so}
  at: {type: timestamptz, default: now(), doc: when}
*/
