"""URLs of servers in every spelling: what is read, what is refused, and that no message repeats a part of one."""

from __future__ import annotations

import pytest

from gendash.engine.clients.postgres import Place
from gendash.engine.config.load import load_config
from gendash.engine.config.urls import BadUrl, holds_credentials, public, read_http, read_postgres, write_postgres
from gendash.engine.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql://u:p%40w@h:5433/d", {"user": "u", "password": "p@w", "host": "h", "port": "5433", "dbname": "d"}),
        ("postgres://u@h/d", {"user": "u", "host": "h", "dbname": "d"}),
        ("postgresql+psycopg://u:p@h/d", {"user": "u", "password": "p", "host": "h", "dbname": "d"}),
        ("postgresql+asyncpg://h/d?ssl=true", {"host": "h", "dbname": "d", "sslmode": "require"}),
        ("postgresql://a:1,b:2/d", {"host": "a,b", "port": "1,2", "dbname": "d"}),
        ("postgresql://[::1]:5432/d", {"host": "::1", "port": "5432", "dbname": "d"}),
        ("postgresql:///d?host=/var/run", {"host": "/var/run", "dbname": "d"}),
        ("postgresql://%2Fvar%2Frun/d", {"host": "/var/run", "dbname": "d"}),
        ("postgresql://h/d?pgbouncer=true&connection_limit=1", {"host": "h", "dbname": "d"}),
        ("host=h dbname='my \\'db' password=a\\ b", {"host": "h", "dbname": "my 'db", "password": "a b"}),
        ("service=prod", {"service": "prod"}),
    ],
)
def test_every_spelling_of_a_connection_is_read_and_written_again(url: str, parts: dict[str, str]) -> None:
    assert read_postgres(url) == parts
    assert read_postgres(write_postgres(parts)) == parts


TAIL = "Tr0ub4dor"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:a@{TAIL}@h/d",
        f"postgresql://u:a/{TAIL}@h/d",
        f"postgresql://u:12/{TAIL}@h/d",
        f"postgresql://u:a?{TAIL}@h/d",
        f"postgresql://u:a%{TAIL}@h/d",
        f"postgresql://u:%00{TAIL}@h/d",
        f"postgresql://u:{TAIL}\x00@h/d",
        f"postgresql://u:%ff{TAIL}@h/d",
        f"postgresql://u@h:{TAIL}/d",
        f"postgresql://u:p@h/d?schema={TAIL}",
        f"postgresql://u:p@h/d?{TAIL}=1",
        f"mysql://u:{TAIL}@h/d",
        f"host=h {TAIL}",
        f"host=h password='{TAIL}",
        TAIL,
    ],
)
def test_what_cannot_be_meant_is_refused_without_any_part_of_it(url: str) -> None:
    with pytest.raises(BadUrl) as bad:
        read_postgres(url)
    with pytest.raises(ConfigError) as refused:
        load_config(environ={"GENDASH_DATABASE_URL": url})
    for text in (str(bad.value), str(refused.value)):
        assert TAIL not in text and "\n" not in text
    assert "GENDASH_DATABASE_URL" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        f"http://u:a@{TAIL}@h",
        f"http://u:a/{TAIL}@h",
        f"http://u:12/{TAIL}@h",  # else 12 would be the port, and the rest a path, which is shown
        f"http://h:{TAIL}",
        f"http://h/?token={TAIL}",
        f"http://h#{TAIL}",
        f"http://u:{TAIL}%@h",
        f"ftp://u:{TAIL}@h",
        f"http://{TAIL}\n@h",
        "http://",
        "http://h:99999",
    ],
)
@pytest.mark.parametrize("variable", ["GENDASH_PROMETHEUS_URL", "GENDASH_GRAFANA_URL", "LANGFUSE_BASE_URL"])
def test_http_urls_are_refused_alike(url: str, variable: str) -> None:
    with pytest.raises(BadUrl):
        read_http(url)
    with pytest.raises(ConfigError) as refused:
        load_config(environ={variable: url})
    assert TAIL not in str(refused.value) and "\n" not in str(refused.value)


def test_an_http_url_is_read_and_shown_without_credentials() -> None:
    found = read_http("HTTPS://me:p%3Aw@prom.example:8443/sub/")
    assert (found.user, found.password, found.public) == ("me", "p:w", "https://prom.example:8443/sub")
    assert "p:w" not in repr(found)
    assert public("http://me:pw@h/p?q#f") == "http://h/p"
    assert public(f"http://u:a@{TAIL}@h") == "***"
    assert holds_credentials("http://h?token=x") and not holds_credentials("http://h/p")


@pytest.mark.parametrize(
    "text",
    [
        "prometheus_url: http://me:hunter2@h:9090",
        "grafana_url: http://me:hunter2@h",
        "langfuse: {base_url: 'https://hunter2@h'}",
        "docs_url: https://me:hunter2@docs",
        "docs_url: https://docs/?token=hunter2",
        "prometheus: {remote_url: 'http://u:hunter2@h/write'}",
        "prometheus: {targets: ['u:hunter2@h:9090']}",
        "datasources: {prometheus_address: 'http://u:hunter2@h'}",
        "datasources: {database_address: 'u:hunter2@h:5432'}",
    ],
)
def test_credentials_are_refused_in_the_file(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(text)
    assert "hunter2" not in str(refused.value) and str(refused.value).startswith("gendash.yaml:1: ")


def test_secrets_lose_what_is_around_them_and_are_refused_where_no_header_can_carry_them() -> None:
    for value in ("\ufefftok\n", " tok\r\n", "tok\xa0"):
        assert load_config(environ={"GENDASH_GRAFANA_TOKEN": value})["grafana_token"] == "tok"
        found = load_config(environ={"GENDASH_GRAFANA_TOKEN_FILE": "f"}, read_file=lambda _, value=value: value)
        assert found["grafana_token"] == "tok"
    for value in ("hun\nter2", "hun ter2", "hunté2", "hun\x00ter2", "hun\udcffter2"):
        for variable in ("GENDASH_GRAFANA_TOKEN", "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"):
            with pytest.raises(ConfigError) as refused:
                load_config(environ={variable: value})
            assert "hun" not in str(refused.value) and variable in str(refused.value)


def test_a_place_has_no_password_in_what_it_says() -> None:
    place = Place("store", "postgresql://me:owner@h/owner", "GENDASH_DATABASE_URL")
    assert place.where == "store me@h:5432/owner"
    assert place.with_(dbname="x").where == "store me@h:5432/x"
