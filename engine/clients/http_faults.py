"""What goes wrong with a connection to an HTTP server, in words of one line."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import stat
from pathlib import Path

from gendash.engine.clients.http_policy import Server
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


def cause(error: Exception) -> str:
    """The reason of the system, in its words, without addresses."""
    if isinstance(error, socket.gaierror):
        return "unknown host"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.RemoteDisconnected):
        return "closed without an answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(error)
    return text if text.startswith("Tunnel connection failed") and text.isprintable() else type(error).__name__


def tls_trouble(server: Server, error: ssl.SSLError) -> tuple[str, str]:
    """The fault of a TLS connection, and what to do about it."""
    key = server.route.key
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "verify_message", "") or "not valid"
        if "expired" in reason or "not yet valid" in reason:
            do = "renew the server's certificate, and check this machine's clock"
        elif "match" in reason or "not valid for" in reason:
            do = f"write the name in {server.setting} that the certificate is made for"
        else:
            do = f"name the PEM file of the authority that signed it in {key}.ca_file"
        return f"no TLS connection: the certificate is refused: {reason.rstrip('.')}", do
    ended = isinstance(error, ENDED)
    reason = "the server ended it" if ended else (getattr(error, "reason", "") or "refused").replace("_", " ").lower()
    if "certificate required" in reason or "handshake failure" in reason or "bad certificate" in reason or ended:
        do = f"check {server.setting}, and where a client certificate is asked for, set {key}.client_cert"
        return f"no TLS connection: {reason}", do
    if "wrong version number" in reason or "record layer" in reason or "http request" in reason:
        return f"no TLS connection: {reason}", f"where the server has no TLS, write http:// in {server.setting}"
    return f"no TLS connection: {reason}", f"check {server.setting}, and what TLS the server speaks"


def unreadable(setting: str, path: str, error: Exception) -> ConfigError:
    """The error for a file of certificates that cannot be used."""
    why = (error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else "") or "not PEM"
    return ConfigError(Problem(setting, f"cannot read '{path}': {why}", "name a PEM file that can be read"))


def is_folder(path: str) -> bool:
    """True for a folder, false for a file. Raises OSError for what is neither: OpenSSL would wait for a pipe."""
    mode = Path(path).stat().st_mode
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    return stat.S_ISDIR(mode)
