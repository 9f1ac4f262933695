"""What every stage promises: done once, it is not done again; cut off, it ends the same; changed, it refuses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crescent.config.schema import Config
from crescent.errors import DamagedError, RunFolderError
from crescent.loop.stages import answers, dataset, evaluation, questions, training
from crescent.loop.stages.context import Context
from crescent.loop.stages.table import STAGES
from crescent.loop.stages.trained import trained_model
from crescent.runs.manifest import MANIFEST, Manifest, facts_of, read_sealed
from tests.conftest import tiny


def manifest(context: Context, name: str) -> Manifest:
    found = read_sealed(context.run.path / name / MANIFEST, Manifest)
    assert found is not None
    return found


def run_training(context: Context) -> Manifest:
    return training.run(context, 1, context.base, manifest(context, "round-01/dataset"))


def run_evaluation(context: Context) -> Manifest:
    student = trained_model(context, 1, manifest(context, "round-01/training"))
    assert student is not None
    return evaluation.run(context, "round-01", student)


@dataclass
class Case:
    """One stage of the finished run: how it is run, what a change of its settings is called, what a kill may lose."""

    name: str
    run: Callable[[Context], Manifest]
    change: Callable[[Config], Any]
    named: str
    lost: list[str] = field(default_factory=list)
    flows: Callable[[Any], tuple[int, int]] | None = None


CASES = [
    Case(
        "round-01/questions",
        lambda context: questions.run(context, 1, context.base, []),
        lambda config: setattr(config.dedup.minhash, "threshold", 0.5),
        "dedup.minhash.threshold: 0.6 -> 0.5",
        ["waves/00002.*", "accepted/00002.*", "waves/00003.*", "written-003/*"],
        lambda facts: (facts.written, facts.accepted + sum(facts.drops.values())),
    ),
    Case(
        "round-01/answers",
        lambda context: answers.run(context, "round-01", context.base, manifest(context, "round-01/questions")),
        lambda config: setattr(config.voting, "samples", 5),
        "voting.samples: 4 -> 5",
        ["solutions/**/00001.*.jsonl", "consensus/*"],
        lambda facts: (facts.questions, facts.accepted + sum(facts.drops.values())),
    ),
    Case(
        "round-01/dataset",
        lambda context: dataset.run(
            context, 1, manifest(context, "round-01/questions"), manifest(context, "round-01/answers"), []
        ),
        lambda config: setattr(config.training, "max_pairs", 3),
        "max_pairs: None -> 3",
        ["train.jsonl"],
        lambda facts: (facts.candidates, facts.new + sum(facts.drops.values())),
    ),
    Case(
        "round-01/training",
        run_training,
        lambda config: setattr(config.training, "epochs", 2),
        "training.epochs: 1 -> 2",
        ["model/model.safetensors"],
    ),
    Case(
        "round-01/evaluation",
        run_evaluation,
        lambda config: setattr(config.evaluation, "limit", 5),
        "limit: 6 -> 5",
        ["results/00001.*"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.rpartition("/")[2])
class TestStage:
    def test_a_finished_stage_writes_nothing(
        self, case: Case, copied_run: Path, context_of: Callable[..., Context]
    ) -> None:
        context = context_of(copied_run)
        before, expected = states(copied_run), manifest(context, case.name)
        assert case.run(context) == expected
        assert states(copied_run) == before

    def test_a_stage_that_was_cut_off_ends_with_the_same_files(
        self, case: Case, copied_run: Path, context_of: Callable[..., Context]
    ) -> None:
        context = context_of(copied_run)
        expected = manifest(context, case.name)
        folder = copied_run / case.name
        (folder / MANIFEST).unlink()
        lost = [path for pattern in case.lost for path in folder.glob(pattern)]
        assert lost
        for path in lost:
            path.unlink()
        found = case.run(context)
        assert (found.files, found.facts, found.tokens) == (expected.files, expected.facts, expected.tokens)
        assert found.outcome == expected.outcome
        assert manifest(context, case.name) == found

    def test_changed_settings_are_refused_by_name(
        self, case: Case, copied_run: Path, context_of: Callable[..., Context]
    ) -> None:
        config = tiny()
        case.change(config)
        before = states(copied_run)
        with pytest.raises(RunFolderError) as message:
            case.run(context_of(copied_run, config))
        assert case.named in str(message.value)
        assert states(copied_run) == before

    def test_settings_that_change_no_result_are_not_refused(
        self, case: Case, copied_run: Path, context_of: Callable[..., Context]
    ) -> None:
        config = tiny("another-name")
        config.backend.batch_size, config.evaluation.batch_size, config.trainer.threads = 32, 5, 2
        config.rounds, config.evaluation.gate.enabled = 7, False
        context = context_of(copied_run, config)
        assert case.run(context) == manifest(context, case.name)

    def test_a_damaged_file_is_refused_by_name(
        self, case: Case, copied_run: Path, context_of: Callable[..., Context]
    ) -> None:
        context = context_of(copied_run)
        name = sorted(manifest(context, case.name).files)[-1]
        path = copied_run / case.name / name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        with pytest.raises(DamagedError) as message:
            case.run(context)
        assert name in str(message.value)

    def test_rows_in_are_rows_out_and_drops(
        self, case: Case, finished_run: Path, context_of: Callable[..., Context]
    ) -> None:
        if case.flows is None:
            pytest.skip("this stage passes no rows on")
        rows_in, rows_out = case.flows(
            facts_of(manifest(context_of(finished_run), case.name), STAGES[case.name.split("/")[1]].facts)
        )
        assert rows_in == rows_out > 0


def states(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }
