/*
doc: Scores from Langfuse (evaluations, annotations, user feedback), without comments and free text.
grain: one row per score
audience: none
feature: langfuse
key: [project, id]
indexes: [[project, at]]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  id: {type: text, from: score.id, doc: score id}
  trace_id: {type: text, "null": true, from: score.traceId score.subject, doc: the scored trace}
  observation_id: {type: text, "null": true, from: score.observationId score.subject, doc: "the scored observation, within its trace"}
  session_id: {type: text, "null": true, from: score.sessionId score.subject, doc: the scored session}
  name: {type: text, from: score.name, doc: what is scored}
  source: {type: text, from: score.source, doc: "API, EVAL or ANNOTATION"}
  data_type: {type: text, from: score.dataType, doc: "NUMERIC, BOOLEAN, CATEGORICAL, TEXT or CORRECTION"}
  value_num: {type: float8, "null": true, from: score.value score.dataType, doc: "value of a NUMERIC score; 1 or 0 of a BOOLEAN one"}
  value_text: {type: text, "null": true, from: score.value score.stringValue score.dataType, doc: "label of a CATEGORICAL score; True or False of a BOOLEAN one"}
  comment: {type: text, "null": true, from: score.comment, doc: "comment on the score; NULL unless langfuse.fields names score_comment"}
  author_id: {type: text, "null": true, from: score.authorUserId, doc: "who gave it; NULL unless langfuse.fields names score_author"}
  environment: {type: text, from: score.environment, doc: Langfuse environment}
  at: {type: timestamptz, from: score.timestamp, doc: time of the score}
  created_at: {type: timestamptz, from: score.createdAt, doc: first write in Langfuse}
  updated_at: {type: timestamptz, from: score.updatedAt, doc: last write in Langfuse}
  digest: {type: bigint, "null": true, doc: "signature of all other columns, by which a sync finds what differs"}
*/
