/*
doc: Days of a relation that were written to, noted by its triggers. What is older than two days is deleted; what was not refreshed for a day is computed whole.
grain: one row per table, local day and transaction
audience: none
key: [relation, day, transaction]
columns:
  relation: {type: text, doc: name of the relation}
  day: {type: date, doc: "local day of a row that was inserted, changed or deleted; -infinity where it may be any"}
  transaction: {type: xid8, doc: the transaction that did so}
  at: {type: timestamptz, default: now(), doc: when}
*/
