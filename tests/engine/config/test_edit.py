"""gendash.yaml is edited in place: what a person wrote stays, byte for byte."""

from __future__ import annotations

import random

import pytest
import yaml

from gendash.engine.config.edit import HINT, with_values
from gendash.engine.errors import Refused

FILE = """\
# ours
time_zone: Europe/Berlin   # head office

features:
  users: true      # all of them
  # tickets come later
  tickets: false

slo: {api_errors: {red: 0.1}}
"""


def test_a_value_is_replaced_and_every_other_byte_stays() -> None:
    new = with_values(FILE, ["features"], {"tickets": True})
    assert new == FILE.replace("tickets: false", "tickets: true")


def test_a_new_key_stands_below_the_others_and_before_what_follows() -> None:
    new = with_values(FILE, ["features"], {"redis": True, "intent": False})
    assert new == FILE.replace("tickets: false\n", "tickets: false\n  redis: true\n  intent: false\n")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", HINT + "features:\n  redis: true\n"),
        ("# only a comment", "# only a comment\nfeatures:\n  redis: true\n"),
        ("time_zone: UTC", "time_zone: UTC\nfeatures:\n  redis: true\n"),
        ("features:\n", "features:\n  redis: true\n"),
        ("features:   # none yet\ntime_zone: UTC\n", "features:   # none yet\n  redis: true\ntime_zone: UTC\n"),
        ("features: {}\n", "features: {redis: true}\n"),
        ("features: {users: true}  # flow\n", "features: {users: true, redis: true}  # flow\n"),
        ("features: {\n  users: true,\n}\n", "features: {\n  users: true, redis: true,\n}\n"),
        ("features:\n    users: yes\n", "features:\n    users: yes\n    redis: true\n"),
        ("features:\r\n  users: true\r\n", "features:\r\n  users: true\r\n  redis: true\r\n"),
        ("{time_zone: UTC}\n", "{time_zone: UTC, features: {redis: true}}\n"),
        ("content:\n- a\n- b\n# end\n", "content:\n- a\n- b\nfeatures:\n  redis: true\n# end\n"),
        ("content: |\n  text\nschema: x\n", "content: |\n  text\nschema: x\nfeatures:\n  redis: true\n"),
        ("schema: |\n  text\n", "schema: |\n  text\nfeatures:\n  redis: true\n"),
        ("schema: x\n...\n", "schema: x\nfeatures:\n  redis: true\n...\n"),
        ("features:\n  'redis': \"no\"\n", "features:\n  'redis': true\n"),
    ],
)
def test_every_way_to_write_the_file_is_kept(text: str, wanted: str) -> None:
    assert with_values(text, ["features"], {"redis": True}) == wanted


def test_an_environment_gets_an_overlay_of_its_own() -> None:
    new = with_values(
        "environments:\n  prod:\n    time_zone: UTC\n", ["environments", "prod", "features"], {"redis": True}
    )
    assert new == "environments:\n  prod:\n    time_zone: UTC\n    features:\n      redis: true\n"


@pytest.mark.parametrize(
    "text",
    [
        "shared: &on\n  redis: false\nfeatures: *on\n",  # an edit would change the anchor too
        "features: [redis]\n",
        "just a text\n",
        "a: [1\n",
    ],
)
def test_what_cannot_be_edited_in_place_is_refused_with_the_lines_to_write(text: str) -> None:
    with pytest.raises(Refused, match=r"set by hand: features\.redis: true"):
        with_values(text, ["features"], {"redis": True})


def test_any_file_says_afterwards_what_it_said_before_and_the_new_values() -> None:
    rng, names = random.Random(7), ["users", "tickets", "redis", "intent"]
    for _ in range(300):
        flow, indent = rng.random() < 0.3, rng.choice((1, 2, 4))
        had = {name: rng.random() < 0.5 for name in rng.sample(names, rng.randint(0, 4))}
        if flow:
            features = "features: " + yaml.safe_dump(had, default_flow_style=True, width=40)
        else:
            lines = [f"{' ' * indent}{n}: {str(v).lower()}{rng.choice(('', '  # why', ''))}\n" for n, v in had.items()]
            features = "features:\n" + "".join(f"{line}{rng.choice(('', chr(10), '# c' + chr(10)))}" for line in lines)
        parts = ["schema: g\n", "# c\n", "\n", "slo:\n  csat:\n    red: 0.5\n", features]
        rng.shuffle(parts)
        text = "".join(parts) if rng.random() < 0.8 else "".join(parts).rstrip("\n")
        wanted = {name: rng.random() < 0.5 for name in rng.sample(names, rng.randint(1, 4))}
        new = with_values(text, ["features"], wanted)
        assert yaml.safe_load(new) == {**yaml.safe_load(text), "features": {**had, **wanted}}
        assert [line for line in text.splitlines() if "#" in line and ":" not in line] == [
            line for line in new.splitlines() if "#" in line and ":" not in line
        ]
