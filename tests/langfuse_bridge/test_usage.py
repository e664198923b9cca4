"""What usage types count, by the names that providers give them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gendash
from gendash.langfuse_bridge.usage import CACHED, KNOWN, PROVIDERS, REASONING, Tokens, normal, tokens

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "langfuse.md"
AUDIT = Path(gendash.__path__[0]) / "sql" / "audits" / "llm_usage_types.sql"


@pytest.mark.parametrize(
    ("usage", "wanted"),
    [
        # Langfuse's own names, and Anthropic's: cached tokens are beside the rest of the input
        ({"input": 100, "input_cached_tokens": 80, "output": 5, "total": 185}, Tokens(180, 5, 80, 0)),
        (
            {"input_tokens": 10, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 7, "output_tokens": 3},
            Tokens(107, 3, 90, 0),
        ),
        # answers of providers as they are: cached tokens are a part of the input that is stated
        (
            {"prompt_tokens": 100, "prompt_tokens_details.cached_tokens": 80, "completion_tokens": 20,
             "completion_tokens_details.reasoning_tokens": 12, "total_tokens": 120},
            Tokens(100, 20, 80, 12),
        ),
        (
            {"promptTokenCount": 100, "cachedContentTokenCount": 80, "candidatesTokenCount": 9, "thoughtsTokenCount": 4,
             "totalTokenCount": 113},
            Tokens(100, 13, 80, 4),
        ),
        ({"prompt_tokens": 50, "prompt_cache_hit_tokens": 30, "prompt_cache_miss_tokens": 20}, Tokens(50, 0, 30, 0)),
        # without any input, none of it was cached
        ({"cached_content_token_count": 80, "output": 3}, Tokens(0, 3, 0, 0)),
        ({"input": 20, "prompt_cache_miss_tokens": 20}, Tokens(20, 0, 0, 0)),
        ({"input": 5, "input_cached_tokens": 80, "input_correction": -60}, Tokens(25, 0, 25, 0)),
        ({"output": 5, "output_reasoning": 3, "reasoning_tokens": 9}, Tokens(0, 8, 0, 8)),
        # the Vercel AI SDK 6 with its details unchanged: added as the server adds them; what is no cache is not cached
        (
            {"inputTokenDetails.noCacheTokens": 20, "inputTokenDetails.cacheReadTokens": 80, "outputTokens": 9},
            Tokens(100, 9, 80, 0),
        ),
        ({"input": 50, "uncached": 20, "nonCachedPromptTokens": 7, "not_cached": 3}, Tokens(50, 0, 0, 0)),
        # further providers' own names
        ({"prompt_eval_count": 26, "eval_count": 298}, Tokens(26, 298, 0, 0)),
        ({"inputTextTokenCount": 10, "outputTokenCount": 3}, Tokens(10, 3, 0, 0)),
        ({"prompt_tokens": 19, "completion_tokens": 21, "cached_tokens": 30}, Tokens(19, 21, 19, 0)),
        ({"input": 9, "input_cached_text_tokens": 4, "input_image": 2, "webSearchQueries": 7}, Tokens(15, 0, 4, 0)),
        # names of the future
        ({"input_video": 7, "input_video_cached": 3, "output_smell": 2}, Tokens(10, 2, 3, 0)),
        ({"cache_storage_hours": 9, "input": 10}, Tokens(10, 0, 0, 0)),
        ({}, Tokens(0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_tokens_by_name(usage: dict[str, int], wanted: Tokens) -> None:
    found = tokens(usage)
    assert found == wanted
    assert found.input - found.cached >= 0 and found.output - found.reasoning >= 0


def test_the_document_has_the_same_table() -> None:
    rows = re.findall(r"^\| ([\w ]+) \| `(\w+)` \| ([\w ,]+) \|$", DOCUMENT.read_text("utf-8"), re.M)
    words = {"cached input": CACHED, "reasoning output": REASONING}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for provider, name, counts in rows:
        parts = () if counts == "nothing more" else tuple(words.get(one, one) for one in counts.split(", "))
        found.setdefault(provider, {})[name] = parts
    assert found == PROVIDERS


def test_the_audit_of_unknown_names_knows_the_same() -> None:
    (listed,) = re.findall(r"not in \((.*?)\n  \)", AUDIT.read_text("utf-8"), re.S)
    assert set(re.findall(r"'(\w+)'", listed)) == set(KNOWN)
    assert all(normal(name) == name for name in KNOWN)
