/*
doc: LLM calls, tool calls and other steps traced to Langfuse, one row each, without prompts, answers or messages.
grain: one row per observation; a span that was sent again counts once, as its newest version
audience: none
feature: langfuse
key: [project, trace_id, id]
tracked: true
together: [project, trace_id]
time: start_time
indexes: [[start_time, project]]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  trace_id: {type: text, from: observation.traceId, doc: "trace that the observation belongs to; its own id where Langfuse names none"}
  id: {type: text, from: observation.id, doc: observation id; unique within its trace}
  parent_id: {type: text, "null": true, from: observation.parentObservationId, doc: the observation above it; NULL at the root}
  type: {type: text, from: observation.type, doc: "GENERATION, SPAN, EVENT, AGENT, TOOL, CHAIN, RETRIEVER, EVALUATOR, EMBEDDING or GUARDRAIL"}
  name: {type: text, "null": true, from: observation.name, doc: name that the application gave it}
  model: {type: text, "null": true, from: observation.model, doc: model as the application named it}
  level: {type: text, from: observation.level, doc: "DEBUG, DEFAULT, WARNING or ERROR"}
  environment: {type: text, from: observation.environment, doc: Langfuse environment}
  release: {type: text, "null": true, from: observation.release trace.release, doc: release of the application}
  version: {type: text, "null": true, from: observation.version, doc: version of the traced component}
  start_time: {type: timestamptz, from: observation.startTime, doc: start}
  end_time: {type: timestamptz, "null": true, from: observation.endTime, doc: end; NULL while it runs or where none was sent}
  completion_start_time: {type: timestamptz, "null": true, from: observation.completionStartTime, doc: first token of a streamed answer}
  latency_s: {type: float8, "null": true, from: observation.startTime observation.endTime, doc: "end - start, seconds"}
  ttft_s: {type: float8, "null": true, from: observation.startTime observation.completionStartTime, doc: "first token - start, seconds; NULL where nothing was streamed"}
  input_tokens: {type: bigint, from: observation.usageDetails, doc: "tokens of every usage type with 'input' in its name, as Langfuse adds them, cached ones included; where none has it, of the names of input that providers use"}
  output_tokens: {type: bigint, from: observation.usageDetails, doc: "tokens of every usage type with 'output' in its name; where none has it, of the names of output that providers use"}
  cached_tokens: {type: bigint, from: observation.usageDetails, doc: "input tokens read from a prompt cache, never more than the input"}
  reasoning_tokens: {type: bigint, from: observation.usageDetails, doc: "output tokens spent on reasoning, never more than the output"}
  total_tokens: {type: bigint, from: observation.usageDetails, doc: total as Langfuse states it}
  usage: {type: jsonb, from: observation.usageDetails, doc: tokens by usage type}
  cost_usd: {type: numeric, "null": true, from: observation.costDetails, doc: "cost in USD; NULL where Langfuse had no price"}
  cost: {type: jsonb, from: observation.costDetails, doc: USD by cost type}
  cost_source: {type: text, "null": true, from: observation.costDetails observation.modelId observation.usagePricingTierId observation.usageDetails observation.inputPrice observation.outputPrice, doc: "list (Langfuse's price list) or provider (sent with the call); NULL where there is no cost or the server does not say"}
  user_hash: {type: text, "null": true, from: observation.userId trace.userId, doc: "HMAC-SHA-256 of the user id, as gendash.user_hash() gives it"}
  user_id: {type: text, "null": true, from: observation.userId trace.userId, doc: "user id as it was sent; NULL unless langfuse.fields names user_id"}
  session_id: {type: text, "null": true, from: observation.sessionId trace.sessionId, doc: Langfuse session}
  tags: {type: "text[]", from: observation.tags trace.tags, doc: "tags of the trace, sorted"}
  trace_name: {type: text, "null": true, from: observation.traceName trace.name, doc: name of the trace}
  is_root: {type: boolean, from: observation.isRootObservation observation.parentObservationId, doc: whether it is the root of its trace}
  prompt_name: {type: text, "null": true, from: observation.promptName, doc: managed prompt}
  prompt_version: {type: int, "null": true, from: observation.promptVersion, doc: its version}
  error_class: {type: text, "null": true, from: observation.level observation.statusMessage observation.type, doc: "timeout, rate_limit, context_length, refusal, tool or other; NULL when the level is not ERROR"}
  error_text: {type: text, "null": true, from: observation.level observation.statusMessage, doc: "message of a failed call; NULL unless langfuse.fields names error_text"}
  model_parameters: {type: jsonb, "null": true, from: observation.modelParameters, doc: "temperature and so on; NULL unless langfuse.fields names model_parameters"}
  metadata: {type: jsonb, from: observation.metadata, doc: "metadata of the keys in langfuse.metadata, nothing else"}
  updated_at: {type: timestamptz, from: observation.updatedAt, doc: last write in Langfuse}
  digest: {type: bigint, "null": true, doc: "signature of all other columns, by which a sync finds what differs"}
*/
