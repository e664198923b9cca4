/*
doc: >-
  Items of Langfuse's lists that cannot be stored as rows, with what names them and the reason. An item is read again with
  its window of time; it leaves this table when it can be stored, or is no longer sent.
grain: one row per item that was set aside
feature: langfuse
audience: none
key: [project, stream, at, trace_id, id, number]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  stream: {type: text, doc: "observations, scores or models"}
  at: {type: timestamptz, doc: "start of the item, or of the window in which it was listed where its start cannot be read; of a model, when the list was read"}
  spans: {type: tstzmultirange, "null": true, doc: "where the start cannot be read: the times in which it may be, since no window without the item was read there; NULL where it is known"}
  trace_id: {type: text, doc: "trace of the item; empty where it has none that can be read"}
  id: {type: text, doc: "id of the item; empty where it has none that can be read"}
  number: {type: int, doc: "number among items of the same trace and id, from 1"}
  start_time: {type: timestamptz, "null": true, doc: start of the item; NULL where it cannot be read}
  reason: {type: text, doc: "which field does not fit; no value of the item is in it"}
*/
