"""Content of sql: data files, no code."""
