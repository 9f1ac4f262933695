"""The loop in this process. What the command line makes of it is in tests/system."""

from pathlib import Path

import pytest

from crescent.commands.run import start
from crescent.errors import DamagedError, RunFolderError
from crescent.reporting.completed import completed
from crescent.runs.folder import Run, read_json
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from tests.conftest import tiny


def events(folder: Path) -> list[tuple[str, str | None]]:
    return [(event["event"], event.get("stage")) for event in Run(folder, tiny()).events]


def begun(folder: Path, skip: int = 0) -> list[str | None]:
    return [stage for event, stage in events(folder)[skip:] if event == "begin"]


def outcomes(folder: Path) -> dict[str, str]:
    return {manifest.spec.stage: manifest.outcome for manifest in Run(folder, tiny()).manifests()}


def test_a_run_goes_through_all_stages_in_order(finished_run: Path) -> None:
    parts = ["questions", "answers", "dataset", "training", "evaluation"]
    expected = ["base/evaluation", *(f"round-{number:02d}/{part}" for number in (1, 2) for part in parts)]
    assert begun(finished_run) == expected
    status = read_json(finished_run / "status.json")
    assert status is not None
    assert status["state"] == "complete"
    for name in ("config.yaml", "environment.json", "summary.json", "report.html", "round-02/gate.json"):
        assert (finished_run / name).is_file()


def test_the_models_load_as_ordinary_folders(finished_run: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    for number in (1, 2):
        folder = finished_run / f"round-{number:02d}/training/model"
        assert AutoTokenizer.from_pretrained(folder).chat_template
        assert AutoModelForCausalLM.from_pretrained(folder).num_parameters() > 0


def test_a_complete_run_is_shown_and_nothing_is_done(copied_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = events(copied_run)
    assert start(tiny(), copied_run) == 0
    assert events(copied_run) == before
    assert "This run is complete" in capsys.readouterr().out


def test_a_run_that_lost_its_end_does_only_what_is_missing(copied_run: Path) -> None:
    expected, done = outcomes(copied_run), len(events(copied_run))
    for name in ("round-02/dataset", "round-02/evaluation"):
        (copied_run / name / MANIFEST).unlink()
    (copied_run / "status.json").unlink()
    assert start(tiny(), copied_run) == 0
    assert begun(copied_run, done) == ["round-02/dataset", "round-02/evaluation"]
    assert outcomes(copied_run) == expected


def test_fewer_rounds_then_more_are_the_same_run(finished_run: Path, tmp_path: Path) -> None:
    config = tiny()
    config.rounds = 1
    folder = tmp_path / "grown"
    assert start(config, folder) == 0
    assert completed(Run(folder, config)) is not None
    assert completed(Run(folder, tiny())) is None
    first = outcomes(folder)
    assert start(tiny(), folder) == 0
    assert outcomes(folder) == outcomes(finished_run)
    assert first.items() <= outcomes(folder).items()


def test_another_configuration_is_refused(copied_run: Path) -> None:
    config = tiny()
    config.voting.samples = 5
    with pytest.raises(RunFolderError, match=r"voting\.samples: 4 there, 5 now"):
        start(config, copied_run)


def test_a_damaged_file_of_a_complete_run_is_noticed(copied_run: Path) -> None:
    path = copied_run / "round-01/dataset/train.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(DamagedError, match=r"train\.jsonl"):
        start(tiny(), copied_run)


@pytest.mark.parametrize("name", ["summary.json", "report.html"])
def test_a_lost_summary_or_report_is_made_again(copied_run: Path, name: str) -> None:
    done = len(events(copied_run))
    (copied_run / name).unlink()
    assert start(tiny(), copied_run) == 0
    assert begun(copied_run, done) == []
    assert (copied_run / name).is_file()


def test_a_run_without_questions_ends_with_a_report_that_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny()
    config.questions.sampling.max_new_tokens, config.evaluation.base = 1, False
    assert start(config, tmp_path) == 1
    status, summary = read_json(tmp_path / "status.json"), read_json(tmp_path / "summary.json")
    assert status is not None
    assert summary is not None
    assert (status["state"], summary["state"]) == ("stopped", "stopped")
    assert "none of the 20 texts" in summary["note"]
    assert (tmp_path / "report.html").is_file()


def test_an_interrupted_run_says_so(copied_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crescent.loop.stages import answers

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    (copied_run / "status.json").unlink()
    monkeypatch.setattr(answers, "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(tiny(), copied_run)
    status = read_json(copied_run / "status.json")
    assert status is not None
    assert status["state"] == "interrupted"
    assert events(copied_run)[-1][0] == "end"


def test_every_stage_names_the_inputs_it_read(finished_run: Path) -> None:
    def inputs(name: str) -> set[str]:
        manifest = read_sealed(finished_run / name / MANIFEST, Manifest)
        assert manifest is not None
        return set(manifest.spec.inputs)

    assert inputs("round-02/questions") == {"model", "round-01/questions"}
    assert inputs("round-02/answers") == {"model", "round-02/questions"}
    assert inputs("round-02/dataset") == {"round-02/questions", "round-02/answers", "round-01/dataset"}
    assert inputs("round-02/training") == {"start", "round-02/dataset"}
