"""Settings: every problem at once with file and line, the order of origins, and no secret anywhere."""

from __future__ import annotations

import pytest
import yaml

from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES, FED_BY, SERVERS, SETTINGS
from gendash.engine.config.value_types import seconds
from gendash.engine.errors import ConfigError


def problems(text: str, **options: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(text, **options)  # type: ignore[arg-type]
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_file_works_and_every_default_is_a_valid_value() -> None:
    flat = dict(load_config("").values)
    assert dict(load_config(_nested(flat)).values) == flat


def _nested(flat: dict[str, object]) -> str:
    secret = {s.key for s in SETTINGS if s.secret}
    tree: dict[str, object] = {}
    for key, value in flat.items():
        if key in secret:
            continue
        *path, last = key.split(".")
        node = tree
        for part in path:
            node = node.setdefault(part, {})  # type: ignore[assignment]
        node[last] = value
    return yaml.safe_dump(tree)


def test_all_problems_are_listed_at_once_with_file_and_line_and_a_hint() -> None:
    found = problems(
        "time_zon: UTC\nslo:\n  api_errors:\n    red: 7\ntime_zone: Mars/Base\nfeatures:\n  tickets: maybe\n"
    )
    assert [line.split(": ")[0] for line in found] == [
        "gendash.yaml:1",
        "gendash.yaml:4",
        "gendash.yaml:5",
        "gendash.yaml:7",
    ]
    assert "did you mean 'time_zone'?" in found[0]


def test_text_that_is_not_yaml_or_not_a_map_is_one_clear_line() -> None:
    assert problems("a: [1\nb: 2\n")[0].startswith("gendash.yaml:2: not YAML")
    assert problems("- a\n") == ["gendash.yaml:1: not a map of settings; write 'key: value' lines"]


def test_a_key_that_stands_twice_is_a_problem_at_every_level() -> None:
    assert "occurs twice" in problems("time_zone: UTC\ntime_zone: UTC\n")[0]
    assert "occurs twice" in problems("slo:\n  csat:\n    red: 0.5\n    red: 0.6\n")[0]


def test_a_scalar_where_a_map_belongs_is_a_problem_with_its_line() -> None:
    assert problems("slo: high\n")[0].startswith("gendash.yaml:1: unknown setting 'slo'")


def test_the_environment_wins_over_the_file_and_the_origin_is_told() -> None:
    config = load_config("prometheus_url: http://file:9090", environ={"GENDASH_PROMETHEUS_URL": "http://env:9090"})
    assert config["prometheus_url"] == "http://env:9090"
    assert config.where("prometheus_url") == "GENDASH_PROMETHEUS_URL"
    assert config.where("time_zone") == "default"


def test_a_named_environment_overlays_the_file() -> None:
    text = "time_zone: UTC\nenvironments:\n  prod:\n    instance: prod\n"
    assert load_config(text)["instance"] == ""
    assert load_config(text, env_name="prod")["instance"] == "prod"
    assert "no environment 'pro'; did you mean 'prod'?" in problems(text, env_name="pro")[0]


def test_secrets_are_taken_from_the_environment_or_a_file_and_never_from_the_settings_file() -> None:
    config = load_config("", environ={"GENDASH_GRAFANA_TOKEN_FILE": "/x"}, read_file=lambda _: "tok\n")
    assert config["grafana_token"] == "tok"
    found = problems("grafana_token: hunter2\n")
    assert found == [
        "gendash.yaml:1: 'grafana_token' is a secret; set GENDASH_GRAFANA_TOKEN or GENDASH_GRAFANA_TOKEN_FILE instead"
    ]


def test_neither_messages_nor_repr_show_a_secret() -> None:
    found = problems("", environ={"GENDASH_DATABASE_URL": "hunter2 is not a url"})
    assert "hunter2" not in found[0]
    assert "hunter2" not in repr(load_config("", environ={"GENDASH_GRAFANA_TOKEN": "hunter2"}))


def test_names_of_the_platform_are_mapped_by_open_maps() -> None:
    config = load_config("platform:\n  tables: {users: app_users}\n  columns: {users: {role: kind}}\n")
    assert config.get("platform.tables.users") == "app_users"
    assert config.get("platform.columns.users.role") == "kind"
    assert problems("platform:\n  tables: {users: 3}\n")[0].startswith(
        "gendash.yaml:2: platform.tables.users: 3 is not a table or schema.table"
    )


def test_words_of_the_platform_may_be_numbers_and_booleans() -> None:
    config = load_config("platform: {vocabularies: {ticket_status: {open: [0, true, New], closed: []}}}")
    assert config["platform.vocabularies.ticket_status.open"] == ["0", "true", "New"]
    assert config["platform.vocabularies.ticket_status.closed"] == []


def test_a_wrong_value_without_a_default_is_told_with_the_meaning_of_its_setting() -> None:
    with pytest.raises(ConfigError, match="is not a list of words or numbers; the platform's words for a canonical"):
        load_config("platform: {vocabularies: {ticket_status: {open: 0}}}")


def test_durations_are_seconds_and_nothing_else_is_a_duration() -> None:
    assert seconds("15s") == 15
    assert seconds("30d") == 30 * 86400
    with pytest.raises(ValueError):
        seconds("soon")


def test_the_instance_prefix_keeps_dashboard_uids_apart() -> None:
    assert load_config("instance: dev").dashboard_uid("overview") == "dev-gendash-overview"
    assert load_config("").dashboard_uid("overview") == "gendash-overview"


def test_none_can_be_said_of_every_server_in_file_and_environment() -> None:
    keys = list(SERVERS.values())
    named = {setting.key: setting.env for setting in SETTINGS if setting.key in keys}
    in_file = load_config(
        "".join(f"{key}: none\n" for key in keys[:3]) + "langfuse: {base_url: none}\ngrafana_url: none"
    )
    in_environment = load_config("", environ={named[key]: "none" for key in keys})
    for found in (in_file, in_environment):
        assert not any(found.has(server) for server in SERVERS)
        assert [found.none(server) for server in SERVERS] == [f"{key}: none" for key in keys]
    assert all(load_config("").has(server) and not load_config("").none(server) for server in SERVERS)


def test_a_route_may_be_none_and_an_empty_one_is_refused_in_one_line() -> None:
    found = load_config("handlers: {search: none}")
    assert found.none("handlers.search") == found.switch("handlers.search") == "handlers.search: none"
    assert found.none("handlers.login") == ""
    told = problems("handlers: {search: ''}")
    assert told == [
        "gendash.yaml:1: handlers.search: '' is not a route of the API, or none; default: '/api/v1/kb/search'"
    ]


def test_what_a_server_feeds_is_off_where_it_is_none() -> None:
    assert sorted({name for names in FED_BY.values() for name in names}) == sorted(name for name, _, _ in FEATURES)
    found = load_config("features: {http_metrics: true}\nprometheus_url: none")
    assert not found.on("http_metrics") and found.where("features.http_metrics") == "prometheus_url: none"
    assert found.on("users")
    assert not load_config("source_url: none").on("users")


def test_without_a_store_there_is_neither_platform_nor_langfuse() -> None:
    found = load_config("database_url: none")
    assert not found.has("platform") and not found.has("langfuse") and found.has("prometheus")
    assert found.none("platform") == "database_url: none"
    told = problems(
        "database_url: none\nfeatures: {langfuse: true}", environ={"GENDASH_SOURCE_URL": "postgresql://h/d"}
    )
    assert told == [
        "gendash.yaml:1: database_url is none, but what comes from source_url is kept in the store;"
        " set source_url: none, or name a store",
        "gendash.yaml:1: database_url is none, but what comes from langfuse.base_url is kept in the store;"
        " set langfuse.base_url: none, or name a store",
    ]


def test_none_is_no_address_of_what_cannot_be_left_out() -> None:
    assert problems("langfuse: {base_url: none, projects: [b]}") == [
        "gendash.yaml:1: langfuse.base_url is none, but langfuse.projects names projects; drop one of the two"
    ]
    assert "it does not begin with http://" in problems("prometheus_url: nope")[0]
    assert problems("database_url: postgresql://u:pw@h/d")[0].startswith("gendash.yaml:1: 'database_url' is a secret")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "roles:\n  admin_reader: gendash_reader",
            "2: roles.admin_reader: 'gendash_reader' is the name that roles.reader has",
        ),
        ("roles: {reader: me, user_reader: me}", "1: roles.user_reader: 'me' is the name that roles.reader has"),
        ("roles: {reader: gendash_owner}", "1: roles.reader: 'gendash_owner' is the name that roles.owner has"),
        (
            "folders: {everyone: {uid: gendash-admin}}",
            "1: folders.admin.uid: 'gendash-admin' is the name that folders.everyone.uid has",
        ),
        (
            "datasources: {database: {uid: x}, prometheus: {uid: x}}",
            "1: datasources.prometheus.uid: 'x' is the name that datasources.database.uid has",
        ),
        (
            "datasources: {database: {name: x}, admin: {name: x}}",
            "1: datasources.admin.name: 'x' is the name that datasources.database.name has",
        ),
    ],
)
def test_roles_folders_and_data_sources_have_names_of_their_own(text: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(text)
    assert str(caught.value) == f"gendash.yaml:{line}; give each its own"


@pytest.mark.parametrize("schema", ["public", "information_schema", "pg_catalog", "pg_mine"])
def test_a_schema_that_others_use_is_refused(schema: str) -> None:
    with pytest.raises(
        ConfigError, match=r"gendash.yaml:1: schema: other roles and the server use this schema; name one"
    ):
        load_config(f"schema: {schema}")


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 12 ", 12), ("0", 0)])
def test_a_number_is_read_from_the_environment(text: str, number: int) -> None:
    assert load_config(environ={"GENDASH_GRAFANA_ORG_ID": text})["grafana_org_id"] == number


@pytest.mark.parametrize("text", ["seven", "-1", "1.5", "٧", "9" * 30])
def test_what_is_no_number_in_the_environment_is_a_problem(text: str) -> None:
    with pytest.raises(ConfigError, match=r"GENDASH_GRAFANA_ORG_ID: grafana_org_id: .* is not a whole number from 0"):
        load_config(environ={"GENDASH_GRAFANA_ORG_ID": text})
