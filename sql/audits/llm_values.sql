/*
doc: LLM calls with negative tokens or cost. Totals are too small by them.
place: store
feature: langfuse
severity: critical
cadence: 1d
key: [trace_id, id]
*/
select trace_id, id from {{ view('lf_observation') }}
where least(input_tokens, output_tokens, cached_tokens, total_tokens) < 0 or cost_usd < 0
