"""One fault in a shipped file that is no definition (glossary, plan, template, ...) is one line of `gendash check`."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gendash.engine.checks.documents import check_documents, check_templates
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog, read_documents

GLOSSARY, PLAN, INSTRUMENTATION, SOURCES, PROMETHEUS = (
    "dashboards/glossary.yaml",
    "dashboards/plan.yaml",
    "provisioning/instrumentation.yaml",
    "provisioning/datasources.yaml.j2",
    "provisioning/prometheus.yml.j2",
)


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(load_config())


def broken(catalog: Catalog, path: str, right: str, wrong: str, folder: Path) -> Catalog:
    """The catalog with a document read from a changed file."""
    text = catalog.documents[path].text
    assert right in text
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text(text.replace(right, wrong, 1), "utf-8")
    (document,) = read_documents(folder, []).values()
    return dataclasses.replace(catalog, documents={**catalog.documents, path: document})


@pytest.mark.parametrize(
    ("path", "right", "wrong", "said"),
    [
        (GLOSSARY, "  means: Somebody", "  meens: Somebody", r"glossary.yaml:\d+: unknown key 'meens'; did you mean 'means'\?"),
        (GLOSSARY, "  words: [active users, wrote at least one message]", "  words: active users", r"glossary.yaml:\d+: words is 'active users', not a list of texts"),
        (PLAN, "  - bullet: Total users", "  - bulet: Total users", r"plan.yaml:\d+: unknown key 'bulet'; did you mean 'bullet'\?"),
        (PLAN, "overview/users,", "overview/user,", r"plan.yaml:\d+: no panel 'overview/user'; did you mean 'overview/users'\?"),
        (PLAN, "overview:", "overwiew:", r"plan.yaml:\d+: no dashboard 'overwiew'; did you mean 'overview'\?"),
        (INSTRUMENTATION, "redis: |", "redsi: |", r"instrumentation.yaml:\d+: no feature 'redsi'; did you mean 'redis'\?"),
        (SOURCES, "source.url", "source.ulr", r"datasources.yaml.j2:\d+: .*has no attribute 'ulr'; fix the template"),
        (SOURCES, "source.basicAuthUser", "source.basicAuthUsr", r"datasources.yaml.j2:\d+: .*has no attribute 'basicAuthUsr'"),
        (SOURCES, "| quoted", "| qoted", r"datasources.yaml.j2:\d+: not a template: No filter named 'qoted'"),
        (SOURCES, "{% endif %}", "", r"datasources.yaml.j2:\d+: not a template: "),
        (SOURCES, "  - name:", " - name:\n\t- x:", r"datasources.yaml.j2: gives what is not YAML: "),
        (PROMETHEUS, 'config["prometheus.redis_targets"]', 'cofig["prometheus.redis_targets"]', r"prometheus.yml.j2:\d+: 'cofig' is undefined; fix the template"),
        (PROMETHEUS, "{{ ", "{{ ( ", r"prometheus.yml.j2:\d+: not a template: "),
    ],
)  # fmt: skip
def test_one_fault_in_a_document_is_one_line(
    shipped: Catalog, tmp_path: Path, path: str, right: str, wrong: str, said: str
) -> None:
    catalog = broken(shipped, path, right, wrong, tmp_path)
    (problem,) = [*check_documents(catalog), *check_templates(catalog)]
    assert re.search(said, str(problem)), problem


def test_the_shipped_documents_have_no_problem_and_are_all_there(shipped: Catalog) -> None:
    assert [*check_documents(shipped), *check_templates(shipped)] == []
    assert {GLOSSARY, PLAN, INSTRUMENTATION, SOURCES, PROMETHEUS} < shipped.documents.keys()
