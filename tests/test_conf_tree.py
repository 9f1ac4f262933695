"""Every file under `conf/` composes into a good configuration, and says what it is."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from crescent.config.arms import arms
from crescent.config.load import to_config
from crescent.config.preflight import Command, preflight, register_schema
from crescent.config.schema import Config, Model
from crescent.config.tree import Tree, conf_dir
from crescent.nano import wording as prompts

GROUPS = Tree((conf_dir(),)).groups()
CHOICES = [
    f"{'+' if group == 'experiment' else ''}{group}={choice}" for group, names in GROUPS.items() for choice in names
]
ALSO = {
    "hydra/sweeper=tpe": ["voting.min_agreement=interval(0.2,0.9)"],
    "model=chat": ["model.path=some/model"],
    "backend=server": ["backend.url=http://localhost:8000/v1", "rounds=1"],
    "prompts=chat": ["model=chat", "model.path=some/model"],
    "prompts=base": ["model=chat", "model.path=some/model"],
    "training=full": ["model=chat", "model.path=some/model"],
    "training=full_small": ["model=chat", "model.path=some/model"],
    "training=full_large": ["model=chat", "model.path=some/model"],
    "training=lora": ["model=chat", "model.path=some/model"],
    "student=llama2_7b_chat": ["model=chat", "model.path=some/model"],
    "claim=controls": ["stage=claim"],
    "claim=distillation": ["stage=claim", "student=nano"],
    "claim=gates": ["stage=claim"],
    "claim=rounds": ["stage=claim"],
    "claim=methods": ["stage=claim"],
    "claim=proposer": ["stage=claim"],
    "claim=unvoted": ["stage=claim"],
    "student=chat": ["student.path=some/model"],
    "label=own": ["label.use=crescent.voting.labels.majority:Majority"],
    "select=own": ["select.use=crescent.voting.selection.all:All"],
    "objective=own": ["objective.use=crescent.training.objectives.sft:Sft"],
    "source=file": ["source.path=embedded:nano_questions"],
    "source=vary": ["source.path=embedded:nano"],
    "source=documents": ["source.path=embedded:nano_questions", "source.column=question"],
    "source=mixed": ["source.parts=[{use: bait, share: 3}, {use: file, path: embedded:nano_questions}]"],
    "source=own": ["source.use=crescent.loop.sources.bait:Bait"],
    "dedup=own": ["dedup.own.use=crescent.dedup.exact:ExactStep"],
    "backend=own": ["backend.own.use=tests.generation.own:Renamed"],
    "gate=own": ["evaluation.gate.rule.use=crescent.evaluation.rules.points:Points"],
}
"""What a choice needs besides itself."""


def raw(*overrides: str) -> DictConfig:
    register_schema()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        return compose("config", list(overrides))


def composed(*overrides: str) -> Config:
    return to_config(raw(*overrides))


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_composes_into_a_good_configuration(choice: str) -> None:
    """`preflight` raises what it finds."""
    if choice == "hydra/sweeper=tpe":
        pytest.importorskip("hydra_plugins.hydra_optuna_sweeper", reason="extra `optuna`")
    preflight(Command([choice, *ALSO.get(choice, [])], multirun=choice.startswith("hydra/")))


def test_the_default_is_the_experiment_nano() -> None:
    assert composed() == composed("+experiment=nano")
    assert composed().name == "nano"


@pytest.mark.parametrize("name", GROUPS["experiment"])
def test_an_experiment_says_its_command_what_it_shows_and_what_it_takes(name: str) -> None:
    lines = (conf_dir() / "experiment" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(f"# python -m crescent +experiment={name}")
    header = "\n".join(line for line in lines if line.startswith("#"))
    assert "# Shows: " in header
    assert "# Hardware and time: " in header


@pytest.mark.parametrize("name", GROUPS["experiment"])
def test_experiments_have_folders_of_their_own(name: str) -> None:
    assert composed(f"+experiment={name}").name == name


def test_the_prompts_of_nano_are_those_it_was_trained_on() -> None:
    config = composed("prompts=nano")
    assert config.questions.bait == prompts.BAIT
    assert config.questions.rewrite == prompts.REWRITE
    assert config.voting.prompt == prompts.SOLVE


def test_the_controls_differ_from_nano_in_the_pairs_and_the_gate_alone() -> None:
    for name, pairs in (("control_unvoted", "unvoted"), ("control_shuffled", "shuffled")):
        control = composed(f"+experiment={name}")
        assert control.training.pairs == pairs
        assert not control.evaluation.gate.enabled
        control.name, control.training.pairs, control.evaluation.gate.enabled = "nano", "consensus", True
        assert control == composed("+experiment=nano")


def test_the_arms_of_the_gate_study_differ_in_the_rule_alone() -> None:
    found, mistakes = arms(composed("+experiment=gate_study"))
    assert mistakes == []
    gates = {name: arm.evaluation.gate for name, arm in found.items()}
    assert {name: gate.rule["use"] for name, gate in gates.items()} == {
        "points": "points", "better": "better", "not_worse": "not_worse", "no_gate": "points",
    }  # fmt: skip
    assert [name for name, gate in gates.items() if not gate.enabled] == ["no_gate"]
    alike = {(arm.rounds, arm.training.accumulate, arm.evaluation.gate.patience) for arm in found.values()}
    assert alike == {(5, True, None)}


def test_the_arms_of_the_claim_are_the_controls() -> None:
    found, mistakes = arms(composed("+experiment=claim"))
    assert mistakes == []
    assert list(found) == ["method", "unvoted", "shuffled"]
    for arm, experiment in (("method", "nano"), ("unvoted", "control_unvoted"), ("shuffled", "control_shuffled")):
        assert replace(found[arm], name=experiment) == composed(f"+experiment={experiment}")


def test_the_arms_of_a_distillation_are_its_baselines() -> None:
    found, mistakes = arms(composed("+experiment=distill_nano", "stage=claim", "claim=distillation"))
    assert mistakes == []
    for arm, experiment in (("consensus", ""), ("unvoted", "_unvoted"), ("seeds", "_seeds")):
        assert replace(found[arm], name="") == replace(composed(f"+experiment=distill_nano{experiment}"), name="")


def test_a_distillation_differs_from_nano_in_the_student_alone() -> None:
    config = composed("+experiment=distill_nano")
    assert config.student is not None
    assert config.student.path != config.model.path
    assert replace(config, student=None, name="nano") == composed("+experiment=nano")


def test_the_ablations_differ_from_nano_in_their_groups_alone() -> None:
    nano = composed("+experiment=nano")
    no_diversify = composed("+experiment=no_diversify")
    no_diversify.name, no_diversify.dedup = nano.name, nano.dedup
    assert no_diversify == nano
    no_consensus = composed("+experiment=no_consensus")
    assert no_consensus.label == {"use": "first"}
    no_consensus.name, no_consensus.voting, no_consensus.label = nano.name, nano.voting, nano.label
    assert no_consensus == nano


def test_the_published_method() -> None:
    config = composed("+experiment=paper_nano")
    assert (config.rounds, config.evaluation.gate.enabled) == (1, False)
    assert (config.questions.max_rewrites, config.questions.recheck_rewrites) == (1, False)
    assert config.dedup.minhash is None
    assert config.dedup.embedding is not None
    assert config.dedup.embedding.threshold == 0.875
    voting = config.voting
    assert (voting.samples, voting.reject_ties, voting.min_agreement, voting.min_votes) == (3, False, 0.0, 1)
    assert config.questions.target == composed().questions.target


def test_optional_groups_list_all_their_keys() -> None:
    """Hydra can only override `dedup.embedding.threshold` and its neighbours when the choice has them all."""
    for choice in set(GROUPS["student"]) - {"none"}:
        assert set(raw(f"student={choice}").student) == set(vars(Model())), f"conf/student/{choice}.yaml"
    for choice in GROUPS["dedup"]:
        dedup = raw(f"dedup={choice}").dedup
        for name in ("minhash", "embedding"):
            section = getattr(composed(f"dedup={choice}", *ALSO.get(f"dedup={choice}", [])).dedup, name)
            assert section is None or set(dedup[name]) == set(vars(section)), f"conf/dedup/{choice}.yaml: {name}"


def test_a_model_chooses_its_prompts_and_the_command_line_wins() -> None:
    assert composed("model=chat", "model.path=a/b").questions.bait != prompts.BAIT
    assert composed("model=chat", "model.path=a/b", "prompts=nano").questions.bait == prompts.BAIT


def test_yaml_style() -> None:
    pytest.importorskip("yamllint")
    root = conf_dir().parent
    lint = subprocess.run(
        [sys.executable, "-m", "yamllint", "--strict", "-c", root / ".yamllint", conf_dir()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout
