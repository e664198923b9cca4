"""Odd tokens and keys of the API: an identity, or a refusal in words; never a role that nobody signed."""

from __future__ import annotations

import base64
import json
import random
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counts, judged
from mutations import SECRET, mutated_text, mutated_value

from gendash.api import identity
from gendash.api.identity import Gate, Rejected, keys_in
from gendash.engine.clients.http_policy import json_of
from gendash.engine.config.load import load_config
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = ec.generate_private_key(ec.SECP256R1())
SETTINGS = "api: {jwt: {issuer: 'https://i', audience: gendash, keys: 'https://i/keys'}}"
CLAIMS: dict[str, Any] = {
    "iss": "https://i",
    "aud": "gendash",
    "exp": 4e9,
    "iat": 1,
    "nbf": 1,
    "sub": "u1",
    "role": "viewer",
}


def _gate(keys: Any = None) -> Gate:
    return Gate(load_config(SETTINGS), keys=keys or (lambda _again: {"k": KEY.public_key()}), clock=lambda: 0.0)


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode("utf-8", "replace")).rstrip(b"=").decode()


def _asked(gate: Gate, header: str) -> str:
    """The role that a header gives; empty where it is refused. The refusal does not repeat the token."""
    try:
        return gate.identity(header).role
    except Rejected as refusal:
        assert SECRET not in str(refusal) and len(str(refusal)) < 200
        return ""


@counts
def test_tokens_that_nobody_signed(seeds: range) -> None:
    gate = _gate()
    good = jwt.encode(CLAIMS | {"jti": SECRET}, KEY, algorithm="RS256", headers={"kid": "k"})
    head = {"alg": "RS256", "typ": "JWT", "kid": "k"}
    for seed in seeds:
        rng = random.Random(f"token {seed}")
        kind = rng.randrange(4)
        if kind == 0:
            token = mutated_text(rng, good)
        elif kind == 1:
            token = (
                f"{_encoded(mutated_value(rng, head))}.{_encoded(mutated_value(rng, CLAIMS))}.{good.rpartition('.')[2]}"
            )
        elif kind == 2:
            token = jwt.encode(CLAIMS, OTHER, algorithm="ES256", headers={"kid": rng.choice(("k", "x"))})
        else:
            token = rng.choice(("", ".", "..", "a.b.c", ". .", "\0.\0.\0", "." * 8000, "é.é.é", "\ud800.a.b"))
        header = rng.choice(("Bearer ", "bearer ", "Basic ", "", "Bearer\t", "Negotiate ")) + token
        with judged("Authorization", seed):
            role = _asked(gate, header)
            assert not role or token.strip() == good, seed


@counts
def test_claims_that_the_issuer_signed(seeds: range) -> None:
    """An issuer may sign odd claims; a role is given only where it is one."""
    gate = _gate()
    for seed in seeds[::5]:  # signing takes time
        rng = random.Random(f"claims {seed}")
        claims = mutated_value(rng, CLAIMS)
        signing = f"{_encoded({'alg': 'RS256', 'kid': 'k'})}.{_encoded(claims)}"
        token = f"{signing}.{base64.urlsafe_b64encode(_signature(signing)).rstrip(b'=').decode()}"
        with judged("claims", seed):
            role = _asked(gate, f"Bearer {token}")
            assert role in ("", *identity.ROLES), seed
            given = claims.get("role", "user") if isinstance(claims, dict) else ""
            assert not role or role == given, seed


def _signature(text: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return KEY.sign(text.encode(), PKCS1v15(), SHA256())


@pytest.fixture(scope="module")
def key_set() -> dict[str, Any]:
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    rsa_key = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "alg": "RS256", "use": "sig"}
    return {"keys": [rsa_key, ECAlgorithm.to_jwk(OTHER.public_key(), as_dict=True) | {"kid": "e"}]}


@counts
def test_sets_of_keys(key_set: dict[str, Any], seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(f"keys {seed}")
        body = json.dumps(mutated_value(rng, key_set)).encode("utf-8", "replace")

        def fetch(_again: bool, body: bytes = body) -> dict[str, Any]:
            try:
                return keys_in(json_of(body))
            except identity.ODD_KEYS:
                raise ConfigError(Problem("api.jwt.keys", "gives no keys")) from None

        token = jwt.encode(CLAIMS, KEY, algorithm="RS256", headers={"kid": "k"})
        with judged("the issuer", seed):
            _asked(_gate(fetch), f"Bearer {token}")
