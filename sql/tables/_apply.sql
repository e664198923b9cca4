/*
doc: What gendash delivered beside dashboards, so that `rollback` can bring it back; the last 20 of each place.
grain: one row per apply to a Grafana's organisation
audience: none
key: [server, at]
columns:
  server: {type: text, doc: "address of Grafana, and number of the organisation"}
  at: {type: timestamptz, doc: when it was delivered}
  content: {type: text, doc: "JSON of folders, who may open them, and rules, without secrets"}
*/
