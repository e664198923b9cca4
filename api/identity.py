"""Who asks: tokens of the settings, and tokens that an issuer signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gendash.api.shared import LOG
from gendash.engine.clients.http import Session
from gendash.engine.clients.http_policy import Server, explain, json_of, route_of
from gendash.engine.config.load import Config
from gendash.engine.errors import ConfigError, GendashError, Unreachable
from gendash.engine.model import Problem

ROLES = ("admin", "viewer", "user")
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # never one with a shared secret
KEYS_FOR_S = 300.0
KEYS_AT_MOST_S = 3600.0
AGAIN_S = 10.0  # between two attempts to fetch keys
LONGEST = 8192
ODD_KEYS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, jwt.PyJWTError)
MOST_BYTES = 1 << 20  # of the issuer's keys


@dataclass(frozen=True)
class Identity:
    """Who asks: a name for limits and logs that says nothing about the person, a role, and a user's id."""

    name: str
    role: str
    subject: str = ""

    @property
    def audience(self) -> str:
        """The audience of dashboards that it may see."""
        return "admin" if self.role == "admin" else "everyone"


class Rejected(Exception):
    """A token that is absent or not valid; the message says why, without the token."""


Keys = Callable[[bool], dict[str, Any]]


class Gate:
    """Turns the header Authorization into an identity."""

    def __init__(self, config: Config, keys: Keys | None = None, clock: Callable[[], float] = time.time) -> None:
        self.config = config
        self.tokens = _tokens(config)
        self.issuer, self.wanted = config["api.jwt.issuer"], config["api.jwt.audience"]
        self.keys = keys or fetched_keys(config)
        self.clock = clock
        self.lock = Lock()
        self.known: tuple[float, dict[str, Any]] = (-KEYS_FOR_S, {})
        self.tried_at = -AGAIN_S
        if self.issuer and not (self.wanted and config["api.jwt.keys"]):
            raise ConfigError(Problem("api.jwt", "an issuer without audience or keys", "set all three"))
        if not self.tokens and not self.issuer:
            do = "set api.tokens (see `gendash serve --hash`) or api.jwt"
            raise ConfigError(Problem("api", "nobody could be let in: no token and no issuer is configured", do))

    def must_fetch(self, header: str) -> bool:
        """True if the issuer's keys have to be fetched for this header."""
        try:
            token = _token_of(header)
            if not self.issuer or token.count(".") != 2:
                return False
            kid = jwt.get_unverified_header(token).get("kid")
            return self._due(kid) or (self.lock.locked() and kid not in self.known[1])
        except (Rejected, *ODD_KEYS):
            return False

    def identity(self, header: str) -> Identity:
        """Who sends this header. Raises Rejected."""
        token = _token_of(header)
        digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        matching = [one for known, one in self.tokens.items() if hmac.compare_digest(known, digest)]
        if matching:
            return matching[0]
        if self.issuer and token.count(".") == 2:
            return self._signed(token)
        raise Rejected("the token is not known")

    def _signed(self, token: str) -> Identity:
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.wanted,
                issuer=self.issuer,
                leeway=self.config.seconds("api.jwt.leeway"),
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise Rejected(f"the token is not valid: {_why(error)}") from None
        except (*ODD_KEYS, RecursionError):
            raise Rejected("the token is not valid: it cannot be read") from None  # a claim or a header of an odd type
        role = claims.get(self.config["api.jwt.role_claim"], "user")
        subject = claims.get(self.config["api.jwt.subject_claim"])
        if role not in ROLES:
            raise Rejected("the token names no role of gendash")
        if role == "user" and not (isinstance(subject, str) and is_text(subject)):
            raise Rejected("the token names no user")
        subject = subject if isinstance(subject, str) else ""
        # of limits and logs: the same in every process, and not to be guessed from the ids of accounts
        secret = str(self.config["user_reader_password"] or "").encode()
        name = hmac.new(secret, f"{self.issuer} {subject} {role}".encode("utf-8", "replace"), "sha256").hexdigest()[:12]
        return Identity(f"jwt-{name}", role, subject if role == "user" else "")

    def _due(self, kid: object) -> bool:
        """True if keys are old, or lack one that may be new; after an attempt not for ten seconds."""
        at, found = self.known
        age, since = self.clock() - at, self.clock() - self.tried_at
        return since > AGAIN_S and (age > KEYS_FOR_S or kid not in found)

    def _key(self, kid: object) -> Any:
        """The issuer's key of this id. While the issuer is away, known keys are used for an hour."""
        if self._due(kid) or kid not in self.known[1]:
            with self.lock:
                if self._due(kid):
                    self._fetch()
        at, found = self.known
        if not found or self.clock() - at > KEYS_AT_MOST_S:
            raise Unreachable(Problem("issuer of tokens", "its keys cannot be read now", "check api.jwt.keys"))
        if kid not in found:
            raise Rejected("the token is signed with a key that the issuer does not have")
        return found[kid]

    def _fetch(self) -> None:
        try:
            self.known = (self.clock(), self.keys(True))
        except GendashError as error:
            LOG.warning(json.dumps({"error": [str(one) for one in error.problems]}))
        finally:
            self.tried_at = self.clock()


def is_text(text: str) -> bool:
    """True if PostgreSQL can hold the text: not empty, without NUL and halves of characters."""
    return bool(text) and "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def _why(error: jwt.PyJWTError) -> str:
    words = {
        jwt.ExpiredSignatureError: "it has expired",
        jwt.InvalidAudienceError: "it is meant for another audience",
        jwt.InvalidIssuerError: "another issuer",
        jwt.InvalidSignatureError: "its signature is wrong",
        jwt.ImmatureSignatureError: "it is not valid yet",
        jwt.InvalidAlgorithmError: "its algorithm is not accepted",
        jwt.MissingRequiredClaimError: "a claim is missing",
    }
    return next((text for kind, text in words.items() if isinstance(error, kind)), "it cannot be read")


def _tokens(config: Config) -> dict[str, Identity]:
    """Identities by the hash of their token. Raises ConfigError."""
    given: dict[str, dict[str, Any]] = {}
    for key, value in config.under("api.tokens").items():
        name, _, part = key.rpartition(".")
        given.setdefault(name, {})[part] = value
    found: dict[str, Identity] = {}
    problems = []
    for name, parts in given.items():
        digest, role, subject = (
            str(parts.get("sha256", "")).lower(),
            parts.get("role", "viewer"),
            parts.get("subject", ""),
        )
        where = f"api.tokens.{name}"
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            problems.append(Problem(f"{where}.sha256", "not a SHA-256 in hexadecimal digits", "`gendash serve --hash`"))
        elif role == "user" and not subject:
            problems.append(Problem(f"{where}.subject", "not set", "set it to the id of the account on the platform"))
        else:
            found[digest] = Identity(name, role, subject if role == "user" else "")
    if problems:
        raise ConfigError(problems)
    return found


def _token_of(header: str) -> str:
    """The token of a header: of Bearer as it is, of Basic the password, so that a browser can ask for it."""
    scheme, _, rest = header.strip().partition(" ")
    if not rest or len(header) > LONGEST:
        raise Rejected("no token: send Authorization: Bearer")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:  # no base64, no UTF-8
            raise Rejected("the header Authorization cannot be read") from None
    raise Rejected("no token: send Authorization: Bearer")


def fetched_keys(config: Config) -> Keys:
    """A function that reads the issuer's keys, by their ids. It raises GendashError where there are none."""
    url, _, query = str(config["api.jwt.keys"]).partition("?")
    route = replace(route_of(config, "api.jwt"), max_bytes=MOST_BYTES)
    ask = {"": "give what it asks for in GENDASH_API_JWT_HEADERS"}
    server = Server("the issuer", "issuer of tokens", url, "api.jwt.keys", route, remedies=ask)

    def fetch(_again: bool) -> dict[str, Any]:
        with Session(server) as session:
            answer = session.read("GET", "", params=dict(parse_qsl(query)))
        if answer.status != 200 or answer.is_html:
            raise explain(server, answer)
        try:
            return keys_in(json_of(answer.body))
        except ODD_KEYS:
            raise ConfigError(Problem("api.jwt.keys", "gives no keys (JWKS)", "check the address")) from None

    return fetch


def keys_in(document: Any) -> dict[str, Any]:
    """The public keys of a JWKS document for signatures, by their ids; RSA keys that are too short are left out."""
    keys = [one for one in jwt.PyJWKSet.from_dict(document).keys if one.key_id and one.public_key_use in (None, "sig")]
    found = {str(one.key_id): one.key for one in keys}
    return {name: key for name, key in found.items() if not (isinstance(key, RSAPublicKey) and key.key_size < 2048)}
