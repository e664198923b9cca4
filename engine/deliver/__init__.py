"""`gendash plan`, `apply`, `uninstall`: the plan as data, Grafana, the rule directory."""
