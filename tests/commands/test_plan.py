import json
from pathlib import Path

import pytest
from rich.console import Console

from crescent.commands.plan import plan
from crescent.commands.table import start
from crescent.config.schema import Model
from crescent.errors import ConfigError
from crescent.plan.estimate import accuracy, factor
from tests.conftest import tiny
from tests.test_conf_tree import GROUPS, composed

REAL = sorted(set(GROUPS["model"]) - {"nano", "chat"})
EXPERIMENTS = (
    "nano", "paper_llama2_7b", "paper_llama3_8b", "hardened_llama3_8b", "qwen2_5_0_5b",
    "distill_llama3_8b_to_llama2_7b", "smollm2_135m",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def planned(config, folder: Path) -> dict:
    assert plan(config, folder, Console(file=(folder.parent / "shown.txt").open("w"), width=200)) == 0
    return json.loads(folder.with_name(f"{folder.name}.plan.json").read_text())


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_plans_without_network_and_gpu(name: str, tmp_path: Path) -> None:
    config = composed(f"+experiment={name}", "plan.hardware=h200")
    found = planned(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert all(stage["seconds"] > 0 and stage["memory_gb"] > 0 for stage in found["stages"])
    assert found["seconds_left"] == pytest.approx(sum(stage["seconds"] for stage in found["stages"]), rel=0.01)
    memory = next(check for check in found["checks"] if check["what"] == "memory")
    assert memory["ok"], memory


@pytest.mark.parametrize("name", REAL)
def test_every_model_has_what_a_plan_needs(name: str, tmp_path: Path) -> None:
    several = ["trainer.devices=4", "trainer.strategy=fsdp", "executor=process"] if name == "qwen3_30b_a3b" else []
    config = composed(f"model={name}", "plan.hardware=h200", *several)
    assert config.model.licence
    assert config.model.gated == config.model.licence.startswith("llama") or name.startswith("gemma")
    assert planned(config, tmp_path / "run")["memory_gb"] < 151


def test_it_says_what_stands_in_the_way(tmp_path: Path) -> None:
    config = composed("+experiment=hardened_llama3_8b", "plan.hardware=rtx_4090_24gb")
    checks = {check["what"]: check for check in planned(config, tmp_path / "run")["checks"]}
    assert not checks["model"]["ok"]
    assert "Meta-Llama-3-8B-Instruct" in checks["model"]["text"]
    assert not checks["memory"]["ok"]
    assert not checks["benchmarks and settings"]["ok"]
    assert checks["model licence"]["ok"] is None
    shown = (tmp_path / "shown.txt").read_text()
    assert "NOT OK" in shown
    assert "round-01/answers" in shown


def test_the_embedded_model_has_nothing_in_its_way(tmp_path: Path) -> None:
    checks = planned(composed("+experiment=nano"), tmp_path / "run")["checks"]
    assert [check["what"] for check in checks if not check["ok"]] == ["checkpoints"]  # said, and no more


def test_checkpoints_have_a_line_and_count_as_space_on_disk(tmp_path: Path) -> None:
    known, whole = composed("+experiment=paper_llama3_8b"), []
    for method, one in (("full", 96.4), ("lora", 0.5)):
        known.training.method = method
        found = planned(known, tmp_path / method)
        assert found["checkpoint_gb"] == pytest.approx(one, abs=0.1)
        [line] = [check["text"] for check in found["checks"] if check["what"] == "checkpoints"]
        assert f"{one:.3g}" in line
        assert "2 are kept" in line
        assert "every 10 minutes" in line
        whole.append(found["disk_gb"] - 3 * found["checkpoint_gb"])
    assert whole[0] == pytest.approx(whole[1], abs=0.1)


def test_finished_stages_are_not_planned_again(copied_run: Path) -> None:
    config = tiny()
    config.rounds = 3
    found = planned(config, copied_run)
    left = [stage["stage"] for stage in found["stages"] if stage["finished_in"] is None]
    assert {name.partition("/")[0] for name in left} == {"round-03"}


def test_a_model_whose_sizes_are_not_known_is_planned_as_unknown(tmp_path: Path) -> None:
    config = tiny()
    config.model = Model(path="org/none")
    found = planned(config, tmp_path / "run")
    assert found["seconds_left"] is None
    assert next(check for check in found["checks"] if check["what"] == "memory")["ok"] is None


def test_unknown_hardware_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    config = tiny()
    config.plan.enabled, config.plan.hardware = True, "abacus"
    with pytest.raises(ConfigError, match="abacus"):
        start(config, tmp_path / "run")


def test_a_run_holds_its_plan_against_what_it_took(finished_run: Path) -> None:
    summary = json.loads((finished_run / "summary.json").read_text())
    assert summary["plan"]["plan_error_factor"] >= 1
    assert set(summary["plan"]["stages"]) == {entry["stage"] for entry in summary["cost"]}
    assert "wrong by a factor of" in (finished_run / "report.html").read_text()


def test_the_factor_is_the_same_in_both_directions() -> None:
    assert factor(10, 20) == factor(20, 10) == 2
    assert factor(0, 20) is None
    plan_of = {"hardware": {"name": "x"}, "stages": [{"stage": "a", "seconds": 10.0}, {"stage": "b", "seconds": None}]}
    found = accuracy(plan_of, [("a", 5.0), ("b", 3.0), ("c", 9.0)])
    assert found is not None
    assert (found["plan_error_factor"], set(found["stages"])) == (2.0, {"a"})
    assert accuracy(None, [("a", 5.0)]) is None
    assert accuracy(plan_of, []) is None
