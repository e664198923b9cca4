"""Input and output: files, PostgreSQL, Prometheus, Grafana; one driver a module."""
