/*
doc: When each relation was refreshed, and what went wrong.
grain: one row per relation that is refreshed
audience: none
key: [relation]
columns:
  relation: {type: text, doc: name of the rollup or view}
  started_at: {type: timestamptz, null: true, doc: start of the last successful refresh}
  finished_at: {type: timestamptz, null: true, doc: "its end; NULL if there was none yet, or the definition changed since"}
  full_at: {type: timestamptz, null: true, doc: "end of the last one that read or compared all rows, not only those of recent days"}
  begun_at: {type: timestamptz, null: true, doc: "when reading all rows began, if it has not ended; it continues where it stopped"}
  duration_s: {type: float8, null: true, doc: "how long it took, seconds"}
  rows: {type: bigint, null: true, doc: rows of the relation after it}
  written: {type: bigint, null: true, doc: "rows that it inserted, changed or deleted"}
  newest: {type: timestamptz, null: true, doc: time of the newest row of the platform that it read}
  cadence_s: {type: float8, null: true, doc: "how often it is expected to run, seconds"}
  snapshot: {type: pg_snapshot, null: true, doc: "snapshot up to which it has read changes of the relations it depends on"}
  store: {type: oid, null: true, doc: "OID of the table _changed; differs after a restore"}
  absent: {type: "text[]", null: true, doc: "optional columns of the platform that it did not find"}
  error: {type: text, null: true, doc: "why the last attempt failed, in one line; NULL if it succeeded"}
  error_at: {type: timestamptz, null: true, doc: when it failed}
*/
