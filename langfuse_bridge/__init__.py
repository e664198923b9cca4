"""Copies Langfuse's data about LLM calls into PostgreSQL."""
