"""The schemas of visual options that the package holds are those that Grafana publishes, shortened."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from gendash.engine.config.value_types import TYPES
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.visual import Schemas

KEPT = PACKAGED / "engine" / "definitions" / "grafana_panels.json"


def test_the_kept_schemas_are_made_from_the_published_ones() -> None:
    made = runpy.run_path(str(Path(__file__).parent / "grafana_panels.py"))["text"]()
    assert KEPT.read_text("utf-8") == made, "run: python tests/dashboards/grafana_panels.py"


def test_a_wrong_option_names_its_path_and_what_it_should_be() -> None:
    body = {"type": "stat", "options": {"graphMode": "aria", "wideLayuot": True, "reduceOptions": {"calcs": "mean"}}}
    assert [f"{one.what}; {one.do}" for one in Schemas(json.loads(KEPT.read_text("utf-8"))).misfits(body)] == [
        "options.graphMode is 'aria'; did you mean 'area'?",
        "no option 'options.wideLayuot'; did you mean 'wideLayout'?",
        "options.reduceOptions.calcs is 'mean', not a list; fix its type",
    ]


def test_every_type_name_has_a_type() -> None:
    from typing import get_args

    from gendash.engine.config.value_types import TypeName

    assert set(get_args(TypeName)) == set(TYPES)
