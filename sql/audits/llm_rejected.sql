/*
doc: Items from Langfuse that could not be stored as rows. Calls, tokens and cost are too low by them.
place: store
feature: langfuse
severity: warning
cadence: 1d
key: [project, stream, trace_id, id]
*/
select project, stream, trace_id, id from {{ view('lf_rejected') }}
