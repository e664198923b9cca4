"""The order and the edges of `gendash uninstall`, where no server is needed: rule files, the state folder, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.uninstall import carry_out_uninstall, plan_uninstall
from gendash.engine.errors import TargetError
from gendash.engine.render.rules import render_rules

NOBODY = "http://127.0.0.1:9"  # the discard port: nobody listens


def test_rule_files_as_we_wrote_them_go_and_edited_or_foreign_ones_stay(tmp_path: Path) -> None:
    rules, state = tmp_path / "rules", tmp_path / "state"
    rules.mkdir()
    config = load_config(f"prometheus: {{rules_dir: {rules}}}", environ={"GENDASH_PROMETHEUS_URL": NOBODY})
    files = {Path(path).name: content for path, content in render_rules(load_catalog(config)).items()}
    for name, content in files.items():
        (rules / name).write_bytes(content)
    (edited, *others) = sorted(files)
    (rules / edited).write_bytes(files[edited] + b"# mine\n")
    (rules / "theirs.yml").write_text("groups: []\n")
    plan = plan_uninstall(config, ["prometheus"], state, indexes=False)
    assert plan.goes == len(others)
    said: list[str] = []
    done = carry_out_uninstall(config, plan, ["prometheus"], state, said.append)
    assert sorted(path.name for path in rules.iterdir()) == sorted([edited, "theirs.yml"])
    assert [line.split(":")[0] for line in done.stays] == [f"prometheus rules {edited}"]
    (line,) = said
    assert line.startswith("rules written; Prometheus does not answer, so it was not reloaded (no connection:")
    assert plan_uninstall(config, ["prometheus"], state, indexes=False).goes == 0


def test_of_the_state_folder_only_what_gendash_keeps_there_goes(tmp_path: Path) -> None:
    config = load_config("")
    (tmp_path / "backups" / "20261123T120000Z").mkdir(parents=True)
    (tmp_path / "demo").mkdir()  # without the mark of a demo
    (tmp_path / "notes.txt").write_text("mine")
    plan = plan_uninstall(config, [], tmp_path, indexes=False)
    assert plan.lines == [f"- {tmp_path / 'backups'}"]
    carry_out_uninstall(config, plan, [], tmp_path, print)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "notes.txt"]
    (tmp_path / "demo" / ".gendash-demo").write_text("made by a demo")
    assert plan_uninstall(config, [], tmp_path, indexes=False).lines == [f"- {tmp_path / 'demo'}"]


def test_where_one_place_cannot_be_looked_at_nothing_is_touched(tmp_path: Path) -> None:
    config = load_config("", environ={"GENDASH_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    (tmp_path / "backups").mkdir()
    with pytest.raises(TargetError, match="nothing listens there"):
        plan_uninstall(config, ["database"], tmp_path, indexes=False)
    assert (tmp_path / "backups").is_dir()
