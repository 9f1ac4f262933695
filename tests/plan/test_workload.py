import pytest

from crescent.config.schema import Config, Model, Proposer, ReplySampling
from crescent.plan.workload import Work, workload
from tests.conftest import tiny


def stages(config: Config) -> dict[str, Work]:
    return {work.stage: work for work in workload(config)}


def test_the_stages_are_those_of_a_run(finished_run) -> None:
    made = {path.parent.relative_to(finished_run).as_posix() for path in finished_run.glob("*/*/manifest.json")}
    assert set(stages(tiny())) == made


def test_a_plan_counts_what_the_settings_ask_for() -> None:
    config = tiny()
    config.plan.new, config.plan.agreed, config.plan.solution_tokens = 0.5, 0.75, 10
    found = stages(config)
    assert found["round-01/answers"].sequences == 24 * config.voting.samples
    assert found["round-01/answers"].new == 24 * config.voting.samples * 10
    assert found["round-01/dataset"].sequences == 18
    # Data are accumulated, so the second round trains on twice as many pairs.
    assert found["round-02/training"].read == 2 * found["round-01/training"].read
    assert found["base/evaluation"].sequences == 2 * config.evaluation.limit


def test_waves_bound_what_a_round_brings() -> None:
    config = tiny()
    config.questions.target, config.plan.new = 1000, 0.5
    assert stages(config)["round-01/answers"].sequences == 30 * config.voting.samples


def test_texts_are_never_longer_than_their_limit() -> None:
    config = tiny()
    config.plan.question_tokens = config.plan.solution_tokens = config.plan.item_tokens = 5000
    found = stages(config)
    answers = found["round-01/answers"]
    assert answers.new == answers.sequences * config.voting.sampling.max_new_tokens
    assert found["base/evaluation"].new == found["base/evaluation"].sequences * 64
    assert all(work.longest <= config.model.context for work in found.values())


def test_a_distillation_measures_the_teacher_and_trains_the_student() -> None:
    config = tiny()
    config.student = Model(name="student")
    found = stages(config)
    assert found["teacher/evaluation"].model.name == "nano"
    assert found["round-01/training"].model.name == "student"
    assert found["round-01/answers"].model.name == "nano"


@pytest.mark.parametrize("wanted", [None, 4])
def test_sampling_for_pass_at_k_is_planned_where_it_is_wanted(wanted: int | None) -> None:
    config = tiny()
    config.evaluation.samples = wanted
    assert ("base/samples" in stages(config)) == (wanted is not None)


def test_steps_decide_how_long_a_training_is() -> None:
    config = tiny()
    config.plan.agreed, config.training.epochs = 1.0, 2  # 24 pairs in batches of 8: 3 steps an epoch
    epochs = stages(config)["round-01/training"]
    config.training.steps = 6
    assert stages(config)["round-01/training"] == epochs
    config.training.steps = 3
    found = stages(config)["round-01/training"]
    assert (found.sequences, 2 * found.read) == (3, epochs.read)


def test_a_preference_takes_two_conversations_and_a_pass_before() -> None:
    config = tiny()
    sft = stages(config)["round-01/training"]
    config.objective = {"use": "scpo"}
    found = stages(config)["round-01/training"]
    assert found.sequences == sft.sequences
    assert found.read == round(sft.read * 2 * (1 + 1 / 3))


def test_a_proposer_is_planned_from_the_second_round_on() -> None:
    config = tiny()
    config.questions.proposer, config.plan.new, config.plan.in_band = Proposer(0.3, 0.8, epochs=3), 1.0, 0.5
    found = stages(config)
    assert "round-01/proposer" not in found
    assert found["round-02/proposer"].kind == "train"
    assert found["round-02/proposer"].sequences == 3 * 2  # epochs of 12 of 24 questions, 8 to a step
    config.questions.proposer.steps = 20
    assert stages(config)["round-02/proposer"].sequences == 20


def test_sampled_benchmarks_are_planned_task_by_task() -> None:
    config = tiny()
    assert "base/draws" not in stages(config)
    config.evaluation.limit, config.evaluation.max_new_tokens = 10, 32
    config.evaluation.sampled = {"nano_dev": 4, "nano_math": 8}
    found = stages(config)["round-01/draws"]
    assert found.sequences == 10 * 4 + 10 * 8
    assert found.new == found.sequences * min(config.plan.item_tokens, 32)
    prompt = stages(config)["base/evaluation"].read // 20
    assert found.read == 20 * prompt  # of each problem once
    config.evaluation.sampling = ReplySampling(max_new_tokens=5)
    assert stages(config)["round-01/draws"].new == found.sequences * 5
