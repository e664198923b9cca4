/*
doc: Share of the targets that are scraped more than once, as by two replicas into one store. Rates and counts have them several times.
place: prometheus
feature: http_metrics
severity: critical
cadence: 1h
key: [figure]
limit: 0.001
promql: >-
  label_replace(count(up{job="{{ setting('prometheus.job') }}"})
  - count(count by (job, instance) (up{job="{{ setting('prometheus.job') }}"})), "figure", "found", "", "")
  or label_replace(count(up{job="{{ setting('prometheus.job') }}"}), "figure", "total", "", "")
*/
