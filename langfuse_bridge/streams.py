"""The kinds of rows that are synced: their tables, columns, keys, and the private fields that settings open."""

from __future__ import annotations

from typing import Any, NamedTuple

StoredRow = tuple[Any, ...]
"""Values by column. Lists are tuples, so that a row refers to nothing that the garbage collector has to follow."""


class Stream(NamedTuple):
    """One kind of rows and the table that holds them. ``time`` cuts it into windows, ``key`` names a row.

    ``numbers`` are columns of jsonb that hold numbers by name.
    """

    name: str
    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    time: str
    numbers: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(name for name, _ in self.columns)

    def at(self, column: str) -> int:
        """Position of a column in a row."""
        return self.names.index(column)


DIGEST = ("digest", "int8")
"""The last column of a row: where it is equal, all other columns are equal too."""
OBSERVATIONS = Stream(
    "observations",
    "lf_observation",
    (
        ("project", "text"),
        ("trace_id", "text"),
        ("id", "text"),
        ("parent_id", "text"),
        ("type", "text"),
        ("name", "text"),
        ("model", "text"),
        ("level", "text"),
        ("environment", "text"),
        ("release", "text"),
        ("version", "text"),
        ("start_time", "timestamptz"),
        ("end_time", "timestamptz"),
        ("completion_start_time", "timestamptz"),
        ("latency_s", "float8"),
        ("ttft_s", "float8"),
        ("input_tokens", "int8"),
        ("output_tokens", "int8"),
        ("cached_tokens", "int8"),
        ("reasoning_tokens", "int8"),
        ("total_tokens", "int8"),
        ("usage", "jsonb"),
        ("cost_usd", "numeric"),
        ("cost", "jsonb"),
        ("cost_source", "text"),
        ("user_hash", "text"),
        ("user_id", "text"),
        ("session_id", "text"),
        ("tags", "text[]"),
        ("trace_name", "text"),
        ("is_root", "bool"),
        ("prompt_name", "text"),
        ("prompt_version", "int4"),
        ("error_class", "text"),
        ("error_text", "text"),
        ("model_parameters", "jsonb"),
        ("metadata", "jsonb"),
        ("updated_at", "timestamptz"),
        DIGEST,
    ),
    ("trace_id", "id"),
    "start_time",
    ("usage", "cost"),
)
SCORES = Stream(
    "scores",
    "lf_score",
    (
        ("project", "text"),
        ("id", "text"),
        ("trace_id", "text"),
        ("observation_id", "text"),
        ("session_id", "text"),
        ("name", "text"),
        ("source", "text"),
        ("data_type", "text"),
        ("value_num", "float8"),
        ("value_text", "text"),
        ("comment", "text"),
        ("author_id", "text"),
        ("environment", "text"),
        ("at", "timestamptz"),
        ("created_at", "timestamptz"),
        ("updated_at", "timestamptz"),
        DIGEST,
    ),
    ("id",),
    "at",
)


STREAMS = (OBSERVATIONS, SCORES)
"""The kinds of rows that come by windows of time."""
FIELDS = {
    "user_id": (OBSERVATIONS, "user_id"),
    "error_text": (OBSERVATIONS, "error_text"),
    "model_parameters": (OBSERVATIONS, "model_parameters"),
    "score_comment": (SCORES, "comment"),
    "score_text": (SCORES, "value_text"),
    "score_author": (SCORES, "author_id"),
}
"""Private fields that a setting opens, and the column that each fills."""
FREE_TEXT = ("TEXT", "CORRECTION")
"""Types of scores whose value people write."""
