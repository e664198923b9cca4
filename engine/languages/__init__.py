"""SQL, PromQL and Grafana's macros as texts; nothing here knows a catalog."""
