"""Tokens of an issuer whose keys come over HTTP: they rotate, it goes away, and forgers try what its server allows."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gendash.api.identity import Gate, Rejected
from gendash.engine.config.load import load_config
from gendash.engine.errors import Unreachable

ISSUER = "https://issuer.test"
FIRST, SECOND = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())


class Issuer:
    """A server of keys: ``keys`` by their ids, ``answer`` instead of them, and how often it was asked."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {"k1": FIRST}
        self.answer: bytes | None = None
        self.wait_s, self.asked = 0.0, 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                time.sleep(issuer.wait_s)
                body = issuer.answer if issuer.answer is not None else issuer.document()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def document(self) -> bytes:
        found = []
        for name, key in self.keys.items():
            curve = isinstance(key, ec.EllipticCurvePrivateKey)
            algorithm = jwt.algorithms.ECAlgorithm if curve else jwt.algorithms.RSAAlgorithm
            found.append({**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"})
        return json.dumps({"keys": found}).encode()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.stop()


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(issuer: Issuer, clock: Clock) -> Gate:
    jwt_settings = f"{{issuer: '{ISSUER}', audience: gendash, keys: 'http://127.0.0.1:{issuer.port}/keys'}}"
    return Gate(load_config(f"api: {{jwt: {jwt_settings}}}"), clock=clock)


def claims(**more: Any) -> dict[str, Any]:
    whole = {"iss": ISSUER, "aud": "gendash", "sub": "u-1", "exp": time.time() + 60} | more
    return {name: value for name, value in whole.items() if value is not None}


def token(key: Any = FIRST, kid: str | None = "k1", algorithm: str = "RS256", **more: Any) -> str:
    headers = {"kid": kid} if kid else {}
    return "Bearer " + jwt.encode(claims(**more), key, algorithm=algorithm, headers=headers)


def refused(gate: Gate, header: str) -> str:
    with pytest.raises(Rejected) as error:
        gate.identity(header)
    return str(error.value)


def test_keys_are_fetched_once_and_again_when_they_are_old(gate: Gate, issuer: Issuer, clock: Clock) -> None:
    assert {gate.identity(token()).role for _ in range(5)} == {"user"} and issuer.asked == 1
    assert not gate.must_fetch(token())
    clock.ahead = 301
    assert gate.must_fetch(token())
    gate.identity(token())
    assert issuer.asked == 2


def test_a_rotated_key_is_found_and_unknown_ones_are_asked_for_once_in_ten_seconds(
    gate: Gate, issuer: Issuer, clock: Clock
) -> None:
    gate.identity(token())
    issuer.keys = {"k2": SECOND}
    assert "does not have" in refused(gate, token(SECOND, "k2"))  # asked less than ten seconds ago
    clock.ahead = 11
    assert gate.identity(token(SECOND, "k2")).subject == "u-1" and issuer.asked == 2
    assert "does not have" in refused(gate, token())  # the old key is gone
    for index in range(50):
        refused(gate, token(SECOND, f"made-up-{index}"))
    assert issuer.asked == 2
    clock.ahead = 22
    refused(gate, token(SECOND, "made-up"))
    assert issuer.asked == 3


def test_while_the_issuer_is_away_known_keys_are_used_for_an_hour(gate: Gate, issuer: Issuer, clock: Clock) -> None:
    assert gate.identity(token()).subject == "u-1"
    issuer.answer = b"<html>Bad gateway</html>"
    clock.ahead = 1200
    assert gate.identity(token()).subject == "u-1"
    clock.ahead = 3700
    with pytest.raises(Unreachable, match="keys cannot be read"):
        gate.identity(token())
    issuer.answer = None
    clock.ahead = 3711
    assert gate.identity(token()).subject == "u-1"


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"null", b"{}", b'{"keys": [1]}', b'{"keys": "x"}', b"\xff", b'{"keys": []}']
)
def test_an_answer_that_is_no_set_of_keys_is_an_issuer_that_is_away(gate: Gate, issuer: Issuer, answer: bytes) -> None:
    issuer.answer = answer
    for _ in range(3):
        with pytest.raises(Unreachable, match="keys cannot be read"):
            gate.identity(token())
    assert issuer.asked == 1


def test_who_asks_during_the_first_fetch_waits_for_it(gate: Gate, issuer: Issuer) -> None:
    issuer.wait_s = 0.3
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: gate.identity(token()), range(8)))
    assert {one.subject for one in found} == {"u-1"} and issuer.asked == 1


def test_a_public_key_is_no_shared_secret_and_none_is_no_algorithm(gate: Gate, issuer: Issuer) -> None:
    pem = FIRST.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def part(value: Any) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    head = part({"alg": "HS256", "typ": "JWT", "kid": "k1"}) + "." + part(claims(role="admin"))
    signature = urlsafe_b64encode(hmac.new(pem, head.encode(), hashlib.sha256).digest()).decode().rstrip("=")
    assert "not accepted" in refused(gate, f"Bearer {head}.{signature}")
    for name in ("none", "None", "NONE", "nOnE"):
        text = f"Bearer {part({'alg': name, 'kid': 'k1'})}.{part(claims(role='admin'))}."
        assert "the token is not valid" in refused(gate, text)
    issuer.keys = {"k1": FIRST, "e1": CURVE}
    assert "the token is not valid" in refused(gate, token(CURVE, "k1", "ES256"))  # another kind of key than the id's


def test_audience_issuer_and_times_are_checked_with_the_leeway(gate: Gate, issuer: Issuer) -> None:
    issuer.keys["e1"] = CURVE
    for key, kid, algorithm in ((CURVE, "e1", "ES256"), (FIRST, "k1", "PS256"), (FIRST, "k1", "RS512")):
        assert gate.identity(token(key, kid, algorithm, role="viewer")).role == "viewer"
    assert gate.identity(token(aud=["other", "gendash"])).role == "user"
    assert "another audience" in refused(gate, token(aud=["other"]))
    assert "another issuer" in refused(gate, token(iss=f"{ISSUER}/"))
    assert "a claim is missing" in refused(gate, token(aud=None))
    assert gate.identity(token(exp=time.time() - 20, nbf=time.time() + 20, iat=time.time() + 20)).role == "user"
    assert "expired" in refused(gate, token(exp=time.time() - 40))
    assert "not valid yet" in refused(gate, token(nbf=time.time() + 40))


@pytest.mark.parametrize("subject", ["", "a\0b", "\ud800", 7, None, ["u-1"]])
def test_a_subject_that_is_no_text_of_the_store_names_no_user(gate: Gate, subject: Any) -> None:
    def part(value: Any) -> bytes:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": "RS256", "kid": "k1"}) + b"." + part(claims(sub=subject))
    signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(head, FIRST)
    text = (head + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()
    assert "the token" in refused(gate, f"Bearer {text}")


def test_a_token_without_an_id_of_its_key_is_refused_and_no_part_of_it_is_said(gate: Gate) -> None:
    text = token(kid=None)
    assert "does not have" in (said := refused(gate, text)) and text.split(".")[1][:20] not in said
    for broken in ("Bearer a.b.c", "Bearer ..", "Bearer " + "x" * 9000, "Basic !!", "Basic /w==", "Digest x", ""):
        assert refused(gate, broken)
