"""Content of recording_rules: data files, no code."""
