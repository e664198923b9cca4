"""Names of usage types: what providers and Langfuse's integrations call input, output, cached and reasoning tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

INPUT, OUTPUT, CACHED, REASONING = "input", "output", "cached", "reasoning"
"""What a usage type counts. Cached tokens are a part of the input, reasoning tokens a part of the output."""

# Names in lower case with words and parts joined by _: details.cachedTokens is details_cached_tokens.
PROVIDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "Langfuse": {
        "input": (INPUT,),
        "output": (OUTPUT,),
        "total": (),
        "input_cached_tokens": (INPUT, CACHED),
        "input_cached": (INPUT, CACHED),
        "input_cache_read": (INPUT, CACHED),
        "input_cache_creation": (INPUT,),
        "input_cache_creation_5m": (INPUT,),
        "input_cache_creation_1h": (INPUT,),
        "input_cache_write": (INPUT,),
        "input_cached_text_tokens": (INPUT, CACHED),
        "input_cached_audio_tokens": (INPUT, CACHED),
        "input_text": (INPUT,),
        "input_image": (INPUT,),
        "input_modality_1": (INPUT,),
        "output_text": (OUTPUT,),
        "output_modality_1": (OUTPUT,),
        "cache_write_tokens": (),
        "accepted_prediction_tokens": (),
        "rejected_prediction_tokens": (),
        "input_audio": (INPUT,),
        "input_audio_tokens": (INPUT,),
        "input_image_tokens": (INPUT,),
        "input_text_tokens": (INPUT,),
        "output_audio": (OUTPUT,),
        "output_audio_tokens": (OUTPUT,),
        "output_text_tokens": (OUTPUT,),
        "output_reasoning": (OUTPUT, REASONING),
        "output_reasoning_tokens": (OUTPUT, REASONING),
        "output_accepted_prediction_tokens": (OUTPUT,),
        "output_rejected_prediction_tokens": (OUTPUT,),
    },
    "OpenAI": {
        "prompt_tokens": (INPUT,),
        "completion_tokens": (OUTPUT,),
        "total_tokens": (),
        "prompt_tokens_details_cached_tokens": (CACHED,),
        "prompt_tokens_details_cache_write_tokens": (),
        "prompt_tokens_details_audio_tokens": (),
        "prompt_tokens_details_video_tokens": (),
        "completion_tokens_details_reasoning_tokens": (REASONING,),
        "completion_tokens_details_audio_tokens": (),
        "completion_tokens_details_accepted_prediction_tokens": (),
        "completion_tokens_details_rejected_prediction_tokens": (),
        "input_tokens_details_cached_tokens": (CACHED,),
        "input_tokens_details_cache_write_tokens": (),
        "output_tokens_details_reasoning_tokens": (REASONING,),
    },
    "Anthropic": {
        "input_tokens": (INPUT,),
        "output_tokens": (OUTPUT,),
        "cache_read_input_tokens": (INPUT, CACHED),
        "cache_creation_input_tokens": (INPUT,),
        "cache_creation_ephemeral_5m_input_tokens": (INPUT,),
        "cache_creation_ephemeral_1h_input_tokens": (INPUT,),
    },
    "Gemini": {
        "prompt_token_count": (INPUT,),
        "candidates_token_count": (OUTPUT,),
        "response_token_count": (OUTPUT,),
        "thoughts_token_count": (OUTPUT, REASONING),
        "tool_use_prompt_token_count": (INPUT,),
        "cached_content_token_count": (CACHED,),
        "total_token_count": (),
        "grounding_queries": (),
        "web_search_queries": (),
    },
    "DeepSeek": {
        "prompt_cache_hit_tokens": (CACHED,),
        "prompt_cache_miss_tokens": (),
    },
    "Amazon Bedrock": {
        "cache_read_input_token_count": (INPUT, CACHED),
        "cache_write_input_tokens": (INPUT,),
        "cache_write_input_token_count": (INPUT,),
        "input_token_count": (INPUT,),
        "output_token_count": (OUTPUT,),
        "input_text_token_count": (INPUT,),
    },
    "Vercel AI SDK": {
        "cached_input_tokens": (CACHED,),
        "reasoning_tokens": (REASONING,),
        "input_token_details_no_cache_tokens": (),
        "input_token_details_cache_read_tokens": (CACHED,),
        "input_token_details_cache_write_tokens": (),
        "output_token_details_text_tokens": (),
        "output_token_details_reasoning_tokens": (REASONING,),
    },
    "Mastra": {
        "reasoning": (REASONING,),
    },
    "Ollama": {
        "prompt_eval_count": (INPUT,),
        "eval_count": (OUTPUT,),
    },
    "Mistral and Moonshot": {
        "num_cached_tokens": (CACHED,),
        "cached_tokens": (CACHED,),
        "prompt_audio_seconds": (),
    },
    "OpenTelemetry": {
        "details_cache_read_tokens": (CACHED,),
        "details_cache_write_tokens": (),
        "details_reasoning_tokens": (REASONING,),
        "cache_read_tokens": (CACHED,),
    },
}
"""What each provider's usage types count: the one place that says so. The audit ``llm_usage_types`` names others."""

KNOWN = {name: counts for names in PROVIDERS.values() for name, counts in names.items()}


class Tokens(NamedTuple):
    """Tokens of an observation. ``cached`` is never above ``input``, ``reasoning`` never above ``output``."""

    input: int
    output: int
    cached: int
    reasoning: int


class _Plan(NamedTuple):
    """Positions of the usage types that count as each kind of tokens."""

    input: tuple[int, ...]
    output: tuple[int, ...]
    cached: tuple[int, ...]
    reasoning: tuple[int, ...]


def tokens(usage: Mapping[str, int]) -> Tokens:
    """Tokens by what they are. Input and output as the server adds them: all usage types with that word in the name.

    If no name contains the word, as in usage sent in a provider's own format, `KNOWN` names those that count.
    """
    if not usage:
        return _NONE
    numbers = tuple(usage.values())
    input_ = output = cached = reasoning = 0
    inputs, outputs, caches, thoughts = _plan(tuple(usage))
    for at in inputs:  # four loops, and no function: this is done for every row
        input_ += numbers[at]
    for at in outputs:
        output += numbers[at]
    for at in caches:
        cached += numbers[at]
    for at in thoughts:
        reasoning += numbers[at]
    if cached > input_:
        cached = _within(cached, input_)
    if reasoning > output:
        reasoning = _within(reasoning, output)
    return Tokens(input_, output, cached, reasoning)


_NONE = Tokens(0, 0, 0, 0)


def _within(part: int, whole: int) -> int:
    """A part that is not above its whole; a negative one stays, so that the audit `llm_values` names the row."""
    return min(part, max(whole, 0))


@lru_cache(1000)
def _plan(names: tuple[str, ...]) -> _Plan:
    counts = [counts_of(name) for name in names]

    def places(kind: str) -> tuple[int, ...]:
        return tuple(at for at, found in enumerate(counts) if kind in found)

    def by_word(word: str) -> tuple[int, ...]:
        return tuple(at for at, name in enumerate(names) if word in name.lower())

    return _Plan(
        by_word("input") or places(INPUT), by_word("output") or places(OUTPUT), places(CACHED), places(REASONING)
    )


def counts_of(name: str) -> tuple[str, ...]:
    """What a usage type counts, beside the server's rule for input and output; a guess where its name is unknown."""
    return KNOWN.get(normal(name), _guess(normal(name)))


def normal(name: str) -> str:
    """A name as `KNOWN` has it: promptTokenCount is prompt_token_count."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


_NOT_READ = re.compile(r"creat|writ|miss|stor|(^|_)(no|non|not|un)_?cache")
"""What a name says that speaks of a cache and does not mean tokens that were read from it."""


def _guess(name: str) -> tuple[str, ...]:
    """The kinds of a usage type with an unknown name: cached if it reads from a cache, reasoning by its name."""
    if "cache" in name and not _NOT_READ.search(name):
        return (CACHED,)
    return (REASONING,) if "reasoning" in name else ()
