"""Brings what Langfuse holds about LLM calls into PostgreSQL."""
