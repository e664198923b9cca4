"""Connections to PostgreSQL, Prometheus and Grafana, and their errors; nothing else."""
