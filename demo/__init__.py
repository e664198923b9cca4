"""A synthetic AI agent platform: rows, metrics, a Langfuse API double, an embedded PostgreSQL."""
