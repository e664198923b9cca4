"""Panels' queries run and their answers as Grafana would show them: frames, units, reducers, thresholds, names."""
