"""One agent turn as Langfuse records it: observations on the wire of `GET /api/public/v2/observations`, all fields."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from gendash.demo.texts import FOLLOW_UPS, SYSTEM_PROMPT
from gendash.demo.vocabularies import ANSWERING, EMBEDDING, INCIDENT_ERROR, LLM_ERRORS, NANO, TOOL_ERROR, TOOLS, Model

Observation = dict[str, Any]
PROJECT = "gendash-demo"
TRACE_NAME = "agent-turn"
TENANTS = ("acme", "globex", "initech", "umbrella")
_MODELS, _MODEL_WEIGHTS = tuple(ANSWERING), tuple(ANSWERING.values())
_ERRORS, _ERROR_WEIGHTS = tuple(LLM_ERRORS), tuple(LLM_ERRORS.values())
_PROMPT = json.dumps([{"role": "system", "content": SYSTEM_PROMPT}])
_ANSWER = json.dumps({"role": "assistant", "content": FOLLOW_UPS[0][1]})


class Caller(NamedTuple):
    """The user and place of a turn, which all its observations carry. Untagged calls have no user and no tags."""

    user_id: str
    session_id: str
    intent: str
    environment: str
    version: str
    release: str
    prompt_version: int


@dataclass
class Turn:
    """An answered (or failed) question: epoch seconds, the model that answered, and what Langfuse holds of it."""

    trace_id: str
    start: float
    end: float
    ok: bool
    model: str
    observations: list[Observation]


def tenant_of(user_id: str) -> str:
    """The customer that a user belongs to; only the root of a trace names it, as applications often do."""
    return TENANTS[crc32(user_id.encode()) % len(TENANTS)]


def iso(at: float) -> str:
    """A time as Langfuse writes it: UTC, milliseconds, Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def answer_s(rng: Random, severity: float) -> float:
    """Seconds that a turn takes whose parts nobody recorded."""
    return rng.lognormvariate(log(4.2), 0.55) * (1 + 2 * severity)


def turn(rng: Random, start: float, caller: Caller, severity: float) -> Turn:
    """A turn that starts at ``start``: search, routing, tools and one to three LLM calls, worse with ``severity``."""
    trace = _Trace(rng, f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(64):016x}", caller, round(start, 3))
    model = rng.choices(_MODELS, _MODEL_WEIGHTS)[0]
    slow = 1 + 2 * severity
    share = rng.random
    if share() < 0.3:
        trace.generation("route", NANO, slow, failing=0.004 + 0.1 * severity, streamed=False, parameters=_ROUTING)
    if caller.intent == "kb_search" or share() < 0.15:
        trace.search(slow, severity)
    ok = trace.answer(model, slow, severity)
    tool = TOOLS.get(caller.intent, "")
    if ok and tool not in ("", "search_knowledge_base") and share() < 0.8:
        trace.tool(tool, slow, failing=0.03 + 0.2 * severity)
        ok = trace.answer(model, slow, severity)
    trace.root(ok)
    return Turn(trace.id, start, trace.at, ok, model.name, trace.observations)


_ANSWERING = {"temperature": 0.2, "max_tokens": 1024}
_ROUTING = {"temperature": 0, "max_tokens": 16}


class _Trace:
    """The observations of one turn so far; ``at`` is where the next one starts."""

    def __init__(self, rng: Random, trace_id: str, root_id: str, caller: Caller, start: float) -> None:
        self.rng, self.id, self.root_id, self.caller, self.start = rng, trace_id, root_id, caller, start
        self.at = start
        self.observations: list[Observation] = []
        self.common = {
            "userId": caller.user_id,
            "sessionId": caller.session_id,
            "traceName": TRACE_NAME,
            "release": caller.release,
            "tags": [caller.intent] if caller.user_id else [],
            "version": caller.version,
            "environment": caller.environment,
        }

    def answer(self, model: Model, slow: float, severity: float) -> bool:
        """True if an answer came, after one retry in most cases."""
        streamed = self.rng.random() < 0.7
        failing = 0.012 + 0.35 * severity
        if self.generation("answer", model, slow, failing, streamed, _ANSWERING, 1, severity):
            return True
        if self.rng.random() < 0.6:
            return self.generation("answer", model, slow, failing, streamed, _ANSWERING, 2, severity)
        return False

    def generation(
        self,
        name: str,
        model: Model,
        slow: float,
        failing: float,
        streamed: bool,
        parameters: dict[str, Any],
        attempt: int = 1,
        severity: float = 0.0,
    ) -> bool:
        """Adds one LLM call; whether it succeeded."""
        rng = self.rng
        routing = name == "route"
        prompt = int(rng.lognormvariate(log(350 if routing else 4600), 0.3 if routing else 0.55))
        cached = int(prompt * rng.uniform(0.3, 0.7)) if model.cached and not routing and rng.random() < 0.4 else 0
        usage = {"input": prompt - cached}
        if cached:
            usage["input_cached_tokens"] = cached
        error = ""
        first = None
        if rng.random() < failing:
            error = INCIDENT_ERROR if rng.random() < severity * 0.8 else rng.choices(_ERRORS, _ERROR_WEIGHTS)[0]
            lasted = 30.0 if error.startswith("Timeout") else rng.uniform(0.2, 2.5)
        else:
            output = rng.randint(4, 12) if routing else int(rng.lognormvariate(log(200), 0.5))
            usage["output"] = output
            waited = rng.lognormvariate(log(model.first_token_s), 0.35) * slow
            lasted = min(waited + output / model.speed * slow, 58.0)
            first = waited if streamed and waited < lasted else None
        usage["total"] = sum(usage.values())
        self._add(
            "GENERATION", name, lasted, error, model=model, usage=usage, first=first, parameters=parameters,
            attempt=attempt,
        )  # fmt: skip
        return not error

    def search(self, slow: float, severity: float) -> None:
        """Adds a retriever with the embedding of the question inside it."""
        start, retriever = self.at, self._new_id()
        tokens = self.rng.randint(6, 60)
        usage = {"input": tokens, "total": tokens}
        embedded = self.rng.lognormvariate(log(EMBEDDING.first_token_s), 0.3) * slow
        self._add("EMBEDDING", "embed-query", embedded, model=EMBEDDING, usage=usage, parent=retriever)
        found = self.rng.lognormvariate(log(0.16), 0.4) * slow
        error = TOOL_ERROR if self.rng.random() < 0.01 + 0.25 * severity else ""
        self._add("RETRIEVER", "search_knowledge_base", found + self.at - start, error, id=retriever, start=start)

    def tool(self, name: str, slow: float, failing: float) -> None:
        """Adds a tool call."""
        error = TOOL_ERROR if self.rng.random() < failing else ""
        self._add("TOOL", name, self.rng.lognormvariate(log(0.7), 0.5) * slow, error)

    def root(self, ok: bool) -> None:
        """Adds the root, which lasts as long as all of it."""
        self.at = round(self.at + 0.004, 3)
        error = "" if ok else "AgentError: no answer"
        self._add("AGENT", TRACE_NAME, self.at - self.start, error, id=self.root_id, start=self.start)

    def _new_id(self) -> str:
        return f"{self.rng.getrandbits(64):016x}"

    def _add(
        self,
        kind: str,
        name: str,
        lasted: float,
        error: str = "",
        *,
        model: Model | None = None,
        usage: dict[str, int] | None = None,
        first: float | None = None,
        parameters: dict[str, Any] | None = None,
        attempt: int = 1,
        id: str = "",
        parent: str = "",
        start: float | None = None,
    ) -> None:
        start = self.at if start is None else start
        lasted = round(lasted, 3)
        end = round(start + lasted, 3)
        root = id == self.root_id
        written = iso(end + 0.9)
        prompted = name == "answer" and self.caller.user_id != ""
        row: Observation = {
            "id": id or self._new_id(),
            "traceId": self.id,
            "startTime": iso(start),
            "endTime": iso(end),
            "projectId": PROJECT,
            "parentObservationId": None if root else parent or self.root_id,
            "type": kind,
            "name": name,
            "level": "ERROR" if error else "WARNING" if attempt > 1 else "DEFAULT",
            "statusMessage": error or ("retried once" if attempt > 1 else ""),
            "completionStartTime": None if first is None else iso(start + round(first, 3)),
            "createdAt": written,
            "updatedAt": written,
            "input": _PROMPT,
            "output": None if error else _ANSWER,
            "metadata": {"intent": self.caller.intent, "attempt": attempt, "note": "sampled for review"}
            | ({"tenant": tenant_of(self.caller.user_id)} if root and self.caller.user_id else {}),
            "promptId": f"prompt-{self.caller.prompt_version}" if prompted else "",
            "promptName": "support-answer" if prompted else "",
            "promptVersion": self.caller.prompt_version if prompted else None,
            "latency": lasted,
            "timeToFirstToken": None if first is None else round(first, 3),
            "isRootObservation": root,
            "bookmarked": False,
            "public": False,
            **self.common,
        }
        row.update(_priced(model, usage or {}, parameters or {}) if model else _UNPRICED)
        self.observations.append(row)
        self.at = max(self.at, end)


_UNPRICED: Observation = {
    "model": "",
    "internalModelId": "",
    "modelParameters": {},
    "usageDetails": {},
    "inputUsage": 0,
    "outputUsage": 0,
    "totalUsage": 0,
    "costDetails": {},
    "inputCost": None,
    "outputCost": None,
    "totalCost": 0,
    "usagePricingTierId": None,
    "usagePricingTierName": None,
    "modelId": None,
    "inputPrice": None,
    "outputPrice": None,
    "totalPrice": None,
}


def _priced(model: Model, usage: dict[str, int], parameters: dict[str, Any]) -> Observation:
    """The fields of model, usage and cost; a model without an id has no price, hence no cost."""
    fields = {
        **_UNPRICED,
        "model": model.name,
        "modelParameters": parameters,
        "usageDetails": usage,
        "inputUsage": usage["input"] + usage.get("input_cached_tokens", 0),
        "outputUsage": usage.get("output", 0),
        "totalUsage": usage["total"],
    }
    if not model.id:
        return fields
    prices = {"input": model.input, "input_cached_tokens": model.cached, "output": model.output}
    costs = {kind: round(count * prices[kind], 12) for kind, count in usage.items() if kind != "total"}
    costs["total"] = round(sum(costs.values()), 12)
    return fields | {
        "internalModelId": model.id,
        "modelId": model.id,
        "costDetails": costs,
        "inputCost": round(costs["input"] + costs.get("input_cached_tokens", 0.0), 12),
        "outputCost": costs.get("output"),
        "totalCost": costs["total"],
        "usagePricingTierId": f"{model.id}_tier_default",
        "usagePricingTierName": "Standard",
        "inputPrice": f"{model.input:g}",
        "outputPrice": f"{model.output:g}" if model.output else None,
    }


def price_list() -> list[Observation]:
    """The entries of Langfuse's price list for the demo's models, as `models` sends them."""
    return [_entry(model) for model in (*ANSWERING, NANO, EMBEDDING) if model.id]


def _entry(model: Model) -> Observation:
    prices = {"input": model.input, "input_cached_tokens": model.cached}
    prices |= {"output": model.output} if model.output else {}
    tier = {"id": f"{model.id}_tier_default", "name": "Standard", "isDefault": True, "priority": 0, "conditions": []}
    return {
        "id": model.id,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "modelName": model.name,
        "matchPattern": f"(?i)^({re.escape(model.name)})$",
        "startDate": None,
        "tokenizerId": None,
        "tokenizerConfig": None,
        "unit": "TOKENS",
        "inputPrice": model.input,
        "outputPrice": model.output or None,
        "totalPrice": None,
        "prices": {kind: {"price": price} for kind, price in prices.items()},
        "isLangfuseManaged": not model.id.startswith("demo-"),
        "pricingTiers": [tier | {"prices": prices}],
    }
