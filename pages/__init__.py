"""Dashboards as pages of HTML: drawn on the server from what `engine/read` gives, without Grafana."""
