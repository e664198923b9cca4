/*
doc: >-
  Questions of users in the last 24 whole hours against agent queries that Prometheus counted. A gap of more than 10 %
  means that a process is not scraped, or that turns are not counted.
place: [store, prometheus]
feature: conversations agent_metrics
severity: warning
cadence: 1d
tolerance: 0.1
slack: 10
key: []
promql: sum(increase({{ metric('agent_queries') }}{job="{{ setting('prometheus.job') }}"}[24h]))
*/
select coalesce(sum(messages), 0) as turns
from {{ view('message_hour') }}
where role = 'user'
  and hour >= date_trunc('hour', {{ now() }}, {{ zone() }}) - interval '24 hours' and hour < date_trunc('hour', {{ now() }}, {{ zone() }})
