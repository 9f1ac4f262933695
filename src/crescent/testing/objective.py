"""What every objective promises: the same pairs teach the same, however they are cut, shared out or interrupted."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from crescent.config.schema import Model, Training
from crescent.models.load import load
from crescent.records import Pair
from crescent.testing.slot import SlotContract
from crescent.training.examples import Lesson
from crescent.training.fit import TrainingResult, train
from crescent.training.module import FineTuning, StepRecord
from crescent.training.objectives.objective import Objective

PAIRS = [
    Pair(
        id=f"q{n}", round=1, question=f"What is {n} + 1?", solution=f"{n} + 1 is more. " * (n % 3) + f"#### {n + 1}",
        answer=str(n + 1), agreement=0.75, weight=(1 + n % 4) / 4, rejected=f"{n} less. " * (n % 2) + f"#### {n}",
        margin=(1 + n % 3) / 4,
    )
    for n in range(11)
]  # fmt: skip


def fresh() -> Any:
    """The embedded model, ready to be trained."""
    loaded = load(Model(), dtype="float32", device="cpu")
    loaded.model.requires_grad_(True)
    return loaded


@dataclass
class Learner:
    """Trains a new model of `loaded` with an objective; what is not given is as in `config`."""

    objective: Objective
    load: Callable[[], Any]
    folder: Path
    config: Training

    def __call__(
        self, folder: str = "one", on_step: Callable[[StepRecord], None] | None = None, **settings: Any
    ) -> tuple[TrainingResult, Any]:
        loaded = self.load()
        made = [self.objective.lesson(f"{pair.question}", pair) for pair in PAIRS]
        lessons = [lesson for lesson in made if isinstance(lesson, Lesson)]
        result = train(
            loaded.model, loaded.tokenizer, lessons, dataclasses.replace(self.config, **settings), seed=1,
            folder=self.folder / folder, objective=self.objective, on_step=on_step, accelerator="cpu",
        )  # fmt: skip
        return result, loaded.model


class ObjectiveContract(SlotContract):
    """A few steps of the embedded model on eleven pairs, as a run would take them."""

    slot = "objective"

    @pytest.fixture
    def learner(self, section: dict[str, Any], tmp_path: Path) -> Iterator[Learner]:
        """Trains with the objective."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        config = Training(epochs=2, batch_size=4, learning_rate=1e-3, max_length=128, checkpoint_minutes=10)
        yield Learner(self.filled.build(section), fresh, tmp_path, config)
        torch.set_num_threads(threads)

    def test_it_makes_a_module_beside_ours(self, learner: Learner) -> None:
        seen: list[StepRecord] = []
        result, _ = learner(on_step=seen.append)
        assert result.state == "finished"
        assert [record.step for record in seen] == [1, 2, 3, 4, 5, 6]
        assert result.losses == [record.loss for record in seen]
        assert result.losses[-1] < result.losses[0]

    def test_cutting_the_work_differently_changes_nothing(self, learner: Learner) -> None:
        expected, model = learner()
        assert expected.packed
        cuts: tuple[dict[str, Any], ...] = (
            {"micro_batch_tokens": 40},
            {"packing": False, "micro_batch_size": 1},
            {"packing": False, "micro_batch_size": 3},
            {"gradient_checkpointing": True},
        )
        for number, cut in enumerate(cuts):
            found, other = learner(f"cut-{number}", **cut)
            assert found.losses == pytest.approx(expected.losses, rel=1e-4)
            assert (found.tokens, found.solution_tokens) == (expected.tokens, expected.solution_tokens)
            for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
                torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-4)

    def test_an_interrupted_training_ends_with_the_same_weights(self, learner: Learner) -> None:
        expected, model = learner()

        def interrupt(record: StepRecord) -> None:
            if record.step == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            learner("two", interrupt)
        seen: list[StepRecord] = []
        again, resumed = learner("two", seen.append)
        assert [record.step for record in seen] == [4, 5, 6]
        assert again == expected
        assert all(
            torch.equal(ours, theirs) for ours, theirs in zip(model.parameters(), resumed.parameters(), strict=True)
        )

    def test_a_model_that_is_no_number_ends_the_training_before_its_weights(self, learner: Learner) -> None:
        whole = learner.load

        def spoiled() -> Any:
            loaded = whole()
            loaded.model.model.norm.weight.data[0] = float("nan")
            return loaded

        learner.load = spoiled
        result, _ = learner()
        assert result.state == "stopped: loss is not a number at step 1"
        assert result.steps == 0
        assert json.loads((learner.folder / "one/nan.json").read_text())["step"] == 1

    def test_adapters_learn_it_too(self, learner: Learner) -> None:
        pytest.importorskip("peft")
        whole, _ = learner()
        result, _ = learner("lora", method="lora", learning_rate=1e-2)
        assert result.losses[0] == pytest.approx(whole.losses[0], rel=1e-4)
        assert result.losses[-1] < result.losses[0]

    def test_steps_are_cut_exactly(self, learner: Learner) -> None:
        result, _ = learner(steps=8, epochs=1)
        assert (result.steps, result.epochs) == (8, 3)
        shorter, _ = learner("shorter", steps=1)
        assert (shorter.steps, shorter.epochs) == (1, 1)

    def test_what_it_says_of_itself_holds(self, learner: Learner, tmp_path: Path) -> None:
        """`sequences` is what a pair brings, and without `reference` none is computed."""
        learner()
        lesson = learner.objective.lesson("What?", PAIRS[1])
        assert isinstance(lesson, Lesson)
        assert learner.objective.sequences() == 1 + (lesson.rejected is not None)
        assert (tmp_path / "one/reference.json").exists() == learner.objective.reference()

    def test_it_takes_what_is_replayed_beside_its_pairs(self, learner: Learner) -> None:
        """A lesson without anything but a solution, as the stage makes of what is replayed."""

        class Replaying:
            def lesson(self, prompt: str, pair: Pair) -> Lesson | str:
                return Lesson(prompt, pair.solution) if pair.id == "q3" else objective.lesson(prompt, pair)

            def module(self, *arguments: Any) -> FineTuning:
                return objective.module(*arguments)

            def sequences(self) -> int:
                return objective.sequences()

            def reference(self) -> bool:
                return objective.reference()

        objective, learner.objective = learner.objective, Replaying()
        result, _ = learner()
        assert result.state == "finished"
        assert result.steps == 6
