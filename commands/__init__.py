"""The commands, one module a subject. Together with `cli.py` they are the composition root."""
