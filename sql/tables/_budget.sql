/*
doc: When the next request to an organisation of Langfuse Cloud may be sent; all processes share this limit.
grain: one row per organisation and kind of request
audience: none
key: [name]
columns:
  name: {type: text, doc: "host, organisation and kind of request"}
  next_at: {type: timestamptz, doc: "the time up to which requests are booked (leaky bucket)"}
*/
