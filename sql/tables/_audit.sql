/*
doc: Results of the audits of the last 90 days.
grain: one row per audit and run
audience: none
key: [name, at]
columns:
  name: {type: text, doc: name of the audit}
  at: {type: timestamptz, doc: when it ran}
  found: {type: bigint, null: true, doc: "rows that should not exist, or keys for which two sources differ; NULL if the audit failed"}
  sample: {type: text, null: true, doc: "keys of the first of them, never personal data; for an audit of a share, the share"}
  error: {type: text, null: true, doc: "why it failed, in one line"}
  doc: {type: text, doc: what a finding means}
  severity: {type: text, doc: critical or warning}
  cadence_s: {type: float8, doc: "how often it runs, seconds"}
  duration_s: {type: float8, doc: "how long it took, seconds"}
*/
