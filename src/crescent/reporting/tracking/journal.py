"""The figures of a run folder as keyed entries, in the order in which the loop makes them.

Only what is safe on disk is read: finished waves, checkpoints, manifests, verdicts. So an entry is the same whenever it
is read, and nothing is reported that a killed run would have to do again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.schema import Config
from crescent.loop.stages.facts import TrainingFacts
from crescent.loop.stages.table import position
from crescent.records import WaveCount
from crescent.reporting.tracking.benchmarks import benchmark, verdict
from crescent.reporting.tracking.entries import Artifact, Figures, Keyed, Table
from crescent.reporting.tracking.numbers import numbers, plain_name, round_of
from crescent.runs.folder import Run, read_json
from crescent.runs.manifest import MANIFEST, SPEC, Manifest, facts_of, read_sealed
from crescent.runs.names import in_order, round_folder
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import SCRATCH

MODEL = "model"
ENDED = ("complete", "stopped")


@dataclass(frozen=True)
class Part:
    """A stage, a verdict or the whole run. When it is `closed` its entries will not become more."""

    name: str
    closed: bool
    entries: Callable[[], Iterator[Keyed]]


def journal(run: Path, config: Config) -> list[Part]:
    """The parts that are there now, in the order of the loop.

    They are looked for backwards: whoever finds a part finds all parts before it closed, while the run goes on.
    """
    found = [*_ends(run)]
    for top in sorted({path.parent.parent for path in run.glob(f"*/*/{SPEC}")}, key=in_order, reverse=True):
        if (gate := read_json(top / "gate.json")) is not None:
            found.append(_single(f"{top.name}/gate", verdict(gate, round_of(top.name))))
        stages = {path.parent for path in top.glob(f"*/{SPEC}")}
        for stage in sorted(stages, key=lambda path: (position(path.name), path.name), reverse=True):
            manifest = read_sealed(stage / MANIFEST, Manifest)
            reader = _Reader(run, config, stage, manifest)
            found.append(Part(reader.name, manifest is not None, reader.entries))
    return found[::-1]


def vote_journal(file: Path) -> list[Part]:
    """The figures of one vote on a run's solutions: `revotes/DIGEST.json`."""
    rounds = (read_json(file) or {}).get("rounds", {})
    return [
        _single(name, {"round": float(round_of(name)), **numbers(figures["now"], "vote")})
        for name, figures in rounds.items()
    ]


def _ends(run: Path) -> Iterator[Part]:
    """What is written when all stages are done."""
    state, summary, audit = (read_json(run / name) for name in ("status.json", "summary.json", "audit.json"))
    if summary is not None and (state or {}).get("state") in ENDED:
        # A run that is continued with more rounds ends once more.
        name = f"summary-{len(summary['rounds'])}-{summary['state']}"
        yield _single(name, numbers(summary, "run", ("best_round", "wall_s", "peak_gb")))
    if audit is not None:
        yield _single("audit.json", numbers(audit, "audit"))


def _single(name: str, values: dict[str, float]) -> Part:
    return Part(name, True, lambda: iter([(name, Figures(values))]))


class _Reader:
    """Reads one stage's folder, finished or not."""

    def __init__(self, run: Path, config: Config, stage: Path, manifest: Manifest | None) -> None:
        self.run, self.config, self.stage, self.manifest = run, config, stage, manifest
        self.name = stage.relative_to(run).as_posix()
        self.round = round_of(stage.parent.name)

    def entries(self) -> Iterator[Keyed]:
        """All entries so far; those of the manifest last."""
        kind = self.stage.name
        if kind == "questions":
            yield from self._waves()
        if kind == "training":
            yield from self._losses()
        if self.manifest is None:
            return
        if kind == "evaluation":
            yield self.name, Figures(benchmark(self.run, self.config, self.manifest, self.round))
            return
        yield self.name, self._figures(self.manifest, kind)
        if kind == "answers" and self.round:
            yield f"{self.name}/samples", self._samples()
        if kind == "dataset" or (kind == "training" and (self.stage / MODEL).is_dir()):
            yield f"{self.name}/artifact", self._artifact(self.manifest)

    def _figures(self, manifest: Manifest, kind: str) -> Figures:
        cost = {"cost/seconds": manifest.seconds, "cost/tokens": float(manifest.tokens)}
        return Figures({"round": float(self.round), **numbers(manifest.facts, kind), **cost})

    def _waves(self) -> Iterator[Keyed]:
        for wave in ShardFolder(self.stage / "waves").stream(WaveCount):
            values = {"round": float(self.round), **numbers(msgspec.to_builtins(wave), "wave")}
            yield f"{self.name}/wave-{wave.wave:03d}", Figures(values)

    def _losses(self) -> Iterator[Keyed]:
        for step, loss in self._steps():
            values = {"round": float(self.round), "training/step": float(step), "training/loss": loss}
            yield f"{self.name}/step-{step:06d}", Figures(values)

    def _steps(self) -> list[tuple[int, float]]:
        """Step and loss, as far as checkpoints go: what comes after the last one would be done again after a kill."""
        if self.manifest is not None:
            return facts_of(self.manifest, TrainingFacts).losses
        from crescent.training.checkpoint import STATE, CheckpointState

        for path in sorted((self.stage / SCRATCH).glob(f"checkpoints/step-*/{STATE}"), key=in_order, reverse=True):
            if (state := read_sealed(path, CheckpointState)) is not None:
                return [(step, round(loss, 6)) for step, loss in enumerate(state.losses, start=1)]
        return []

    def _samples(self) -> Table:
        from crescent.console.progress import Reporter
        from crescent.loop.stages.context import Context, ModelRef
        from crescent.reporting.summary.examples import question_samples

        nowhere = ModelRef("base", self.config.model.path, "")
        context = Context(Run(self.run, self.config), self.config, Reporter(quiet=True), nowhere)
        columns = ["question", "answer", "agreement", "accepted", "reason", "votes", "solution", "truth"]
        rows: list[list[Any]] = []
        for sample in question_samples(context, self.round):
            votes = ", ".join(f"{answer}: {count}" for answer, count in sample.votes.items())
            rows.append([votes if name == "votes" else getattr(sample, name) for name in columns])
        return Table(f"samples/{round_folder(self.round)}", columns, rows)

    def _artifact(self, manifest: Manifest) -> Artifact:
        kind = "dataset" if self.stage.name == "dataset" else "model"
        files = {n: d for n, d in manifest.files.items() if kind == "dataset" or n.startswith(f"{MODEL}/")}
        inputs = [name for name in manifest.spec.inputs if name.endswith("/dataset")]
        facts = {key: value for key, value in manifest.facts.items() if key != "losses"}
        return Artifact(
            name=_artifact_name(self.run, self.name),
            kind=kind,
            folder=self.stage,
            files=files,
            facts={**facts, "outcome": manifest.outcome, "inputs": manifest.spec.inputs},
            uses=tuple(_artifact_name(self.run, name) for name in inputs),
        )


def _artifact_name(run: Path, stage: str) -> str:
    """Letters, digits, dots, dashes and underscores, 128 at most, as W&B has them."""
    return f"{plain_name(run.resolve().name, 90)}-{plain_name(stage, 36)}"
