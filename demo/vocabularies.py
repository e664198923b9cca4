"""Vocabularies of the demo platform: intents, models with their prices, and what goes wrong."""

from __future__ import annotations

from typing import NamedTuple

INTENTS = {"general_query": 42, "kb_search": 34, "web_search": 11, "api_query": 13}
TOOLS = {"kb_search": "search_knowledge_base", "web_search": "web_search", "api_query": "api_search"}

CATEGORIES = {"how_to": 34, "bug": 24, "billing": 18, "access": 12, "integration": 8, None: 4}
PRIORITIES = {"low": 28, "medium": 44, "high": 21, "urgent": 7}
DUE_H = {"low": 120, "medium": 48, "high": 24, "urgent": 4}
RESOLVED_H = {"low": 60, "medium": 26, "high": 11, "urgent": 2.2}

FILE_TYPES = {".pdf": 46, ".docx": 20, ".txt": 14, ".md": 14, ".markdown": 6}

LLM_ERRORS = {
    "RateLimitError: 429": 38,
    "Timeout after 30s": 26,
    "ContentFilter: blocked": 12,
    "APIConnectionError: connection reset by peer": 12,
    "InternalServerError: 500": 8,
    "BadRequestError: context_length_exceeded": 4,
}
INCIDENT_ERROR = "Timeout after 30s"
TOOL_ERROR = "OperationalError: connection pool exhausted"


class Model(NamedTuple):
    """An LLM: USD per token, tokens per second, and the ids under which Langfuse knows it (none: no price)."""

    name: str
    id: str
    input: float
    cached: float
    output: float
    speed: float
    first_token_s: float


MINI = Model("gpt-4o-mini", "clyrjp56f0000t0mzapoocd7u", 1.5e-7, 7.5e-8, 6e-7, 150, 0.45)
GPT = Model("gpt-4o-2024-08-06", "clzjr85f70000ymmzg7hqffra", 2.5e-6, 1.25e-6, 1e-5, 115, 0.6)
CLAUDE = Model("claude-sonnet-4-20250514", "cmazmkzlm00000djp1e1qe4k4", 3e-6, 3e-7, 1.5e-5, 95, 0.8)
NANO = Model("gpt-4.1-nano-2025-04-14", "demo-gpt-4.1-nano", 1e-7, 2.5e-8, 4e-7, 210, 0.3)
OWN = Model("llama-3.3-70b-internal", "", 0, 0, 0, 60, 1.1)
EMBEDDING = Model("text-embedding-3-small", "demo-text-embedding-3-small", 2e-8, 2e-8, 0, 0, 0.08)

ANSWERING = {MINI: 44, GPT: 33, CLAUDE: 21, OWN: 2}
