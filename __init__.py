"""gendash: Grafana provisioning as code for AI agent platforms."""
