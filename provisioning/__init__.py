"""Content of provisioning: data files, no code."""
