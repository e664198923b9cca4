/*
doc: State of the Langfuse sync.
grain: one row per project and stream
audience: none
key: [project, stream]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  stream: {type: text, doc: "observations, scores, or models, the price list"}
  closed_from: {type: timestamptz, "null": true, doc: start of the time that is synced}
  closed_until: {type: timestamptz, "null": true, doc: every window from closed_from to here was closed at least once}
  windows: {type: bigint, doc: windows closed so far; shows a sync that another one ran meanwhile}
  looked_48h: {type: timestamptz, "null": true, doc: when the last look-back over 48 hours began}
  look_48h_at: {type: timestamptz, "null": true, doc: where it continues; NULL when it is complete}
  looked_30d: {type: timestamptz, "null": true, doc: when the last look-back over 30 days began}
  look_30d_at: {type: timestamptz, "null": true, doc: where it continues; NULL when it is complete}
  project_id: {type: text, "null": true, doc: "id of the project in Langfuse, so that rows of two never mix"}
  fields: {type: "text[]", "null": true, doc: private fields that the last sync kept}
  api: {type: text, "null": true, doc: "which API is read: v2 or v1"}
  server: {type: text, "null": true, doc: version of the server}
  rows: {type: bigint, doc: rows read since the beginning}
  written: {type: bigint, doc: "rows inserted, changed or deleted since the beginning"}
  requests: {type: bigint, doc: requests sent since the beginning}
  kept_before: {type: timestamptz, "null": true, doc: "rows from before this time stay when Langfuse no longer sends them: its own retention drops them there"}
  server_keeps: {type: text, "null": true, doc: "how long Langfuse keeps rows of the project itself, in words"}
  too_wide_s: {type: float8, "null": true, doc: "narrowest window, in seconds, that the server did not answer; NULL if it answered all"}
  too_wide_at: {type: timestamptz, "null": true, doc: when that was}
  too_wide_sure: {type: boolean, "null": true, doc: whether a narrower window was answered right after it; else the server may have been away}
  page_rows: {type: int, "null": true, doc: "rows a page that are asked for, after the server did not answer for more; NULL for as many as it gives"}
  range_from: {type: timestamptz, "null": true, doc: start of the last range of `sync --from`}
  range_at: {type: timestamptz, "null": true, doc: "where that range continues; NULL when it is complete"}
  range_began: {type: timestamptz, "null": true, doc: when the sync of that range began}
  resume_at: {type: timestamptz, "null": true, doc: "no request before this time: the server asked for a pause"}
  finished_at: {type: timestamptz, "null": true, doc: end of the last successful sync}
  error: {type: text, "null": true, doc: "why the last sync stopped: kind and HTTP status, without a word of the server"}
  error_at: {type: timestamptz, "null": true, doc: when it stopped}
*/
