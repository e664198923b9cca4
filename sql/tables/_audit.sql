/*
doc: Results of the audits, the last 90 days of them.
grain: one row per audit and run
audience: none
key: [name, at]
columns:
  name: {type: text, doc: name of the audit}
  at: {type: timestamptz, doc: when it ran}
  found: {type: bigint, null: true, doc: "rows that should not be there, or keys by which two sources differ; NULL where it could not be finished"}
  sample: {type: text, null: true, doc: "keys of the first of them, never personal data; of an audit of a share that share"}
  error: {type: text, null: true, doc: "why it could not be finished, in one line"}
  doc: {type: text, doc: what a find means}
  severity: {type: text, doc: critical or warning}
  cadence_s: {type: float8, doc: "how often it runs, seconds"}
  duration_s: {type: float8, doc: "how long it took, seconds"}
*/
