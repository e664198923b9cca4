/*
doc: Scores from Langfuse (evaluations, annotations, user feedback), without comments and free text.
grain: one row per score
audience: none
key: [project, id]
indexes: [[project, at]]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  id: {type: text, doc: score id}
  trace_id: {type: text, "null": true, doc: the scored trace}
  observation_id: {type: text, "null": true, doc: "the scored observation, within its trace"}
  session_id: {type: text, "null": true, doc: the scored session}
  name: {type: text, doc: what is scored}
  source: {type: text, doc: "API, EVAL or ANNOTATION"}
  data_type: {type: text, doc: "NUMERIC, BOOLEAN, CATEGORICAL, TEXT or CORRECTION"}
  value_num: {type: float8, "null": true, doc: "value of a NUMERIC score; 1 or 0 of a BOOLEAN one"}
  value_text: {type: text, "null": true, doc: "label of a CATEGORICAL score; True or False of a BOOLEAN one; free text only if langfuse.fields names score_text"}
  comment: {type: text, "null": true, doc: "comment on the score; NULL unless langfuse.fields names score_comment"}
  author_id: {type: text, "null": true, doc: "who gave it; NULL unless langfuse.fields names score_author"}
  environment: {type: text, doc: Langfuse environment}
  at: {type: timestamptz, doc: time of the score}
  created_at: {type: timestamptz, doc: first write in Langfuse}
  updated_at: {type: timestamptz, doc: last write in Langfuse}
  digest: {type: bigint, "null": true, doc: "signature of all other columns, by which a sync finds what differs"}
*/
