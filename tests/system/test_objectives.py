"""ScPO through the real command line: losers are learned from, and page and cards name the objective."""

import json
from pathlib import Path

import pytest

from tests.system.commandline import TINY, crescent, run_folder, tail

pytestmark = pytest.mark.system


def test_scpo_learns_from_losing_solutions_and_says_so(tmp_path: Path) -> None:
    sizes = (*TINY[1:], "voting.samples=4", "training.epochs=1", "evaluation.tasks=[nano_math]")
    done = crescent("+experiment=scpo_nano", *sizes, "evaluation.samples=null", output=tmp_path)
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path)
    summary = json.loads((folder / "summary.json").read_text())
    assert len(summary["rounds"]) == 2
    for part in summary["rounds"]:
        training = part["training"]
        assert training["objective"] == "scpo"
        assert training["state"] == "finished"
        assert 0 < training["mean_margin"] <= 1
        assert training["preferred"] is not None
        assert training["pairs"] > training["dropped"].get("no-rejected", 0)
    page = (folder / "report.html").read_text()
    sentence = "It learned to prefer the most voted solution of a question over the least voted one (ScPO"
    assert sentence in " ".join(summary["provenance"])
    assert "What the objective <code>scpo</code> minimises" in page
    assert "mean margin of the votes" in page
    assert sentence in (folder / "round-02/training/model/README.md").read_text()
