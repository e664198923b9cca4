/*
doc: Secrets that gendash has written into data sources of Grafana, as keyed digests, so that a rotated one is noticed.
grain: one row per data source of a Grafana's organisation
audience: none
key: [server, uid]
columns:
  server: {type: text, doc: "address of Grafana, and number of the organisation"}
  uid: {type: text, doc: uid of the data source}
  digest: {type: text, doc: "HMAC-SHA256 of the secret, with the key of this store"}
  written_at: {type: timestamptz, doc: when it was written}
*/
