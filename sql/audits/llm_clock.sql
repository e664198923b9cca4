/*
doc: Traced steps that end before they begin, or begin more than 5 minutes in the future. A clock is wrong.
place: store
feature: langfuse
severity: warning
cadence: 1d
key: [trace_id, id]
*/
select trace_id, id from {{ view('lf_observation') }}
where end_time < start_time or start_time > {{ now() }} + interval '5 minutes'
