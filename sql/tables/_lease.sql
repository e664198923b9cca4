/*
doc: Locks with an end, held by running commands. An expired lease may be taken over.
grain: one row per kind of work that only one process may do
audience: none
key: [name]
columns:
  name: {type: text, doc: kind of work}
  owner: {type: text, doc: "host, process and a random mark of the holder"}
  since: {type: timestamptz, doc: when the holder began}
  until: {type: timestamptz, doc: when the lease ends unless it is renewed}
*/
