/*
doc: Traced steps that end before they begin, or begin before the year 2000 or more than 5 minutes in the future. A clock is wrong; a step that ends before it begins has no duration, and those outside of 2000 to 2199 are in no rollup.
place: store
feature: langfuse
severity: warning
cadence: 1d
key: [trace_id, id]
*/
select trace_id, id from {{ view('lf_observation') }}
where end_time < start_time or start_time > {{ now() }} + interval '5 minutes' or start_time < '2000-01-01'
