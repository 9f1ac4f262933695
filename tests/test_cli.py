"""The command line as a person uses it: help, mistakes, composition, jobs and their exit codes."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

import crescent.commands.run
from crescent import cli
from crescent.commands.help import help_text
from crescent.commands.keys import defaults, keys_text
from crescent.config.keys import all_keys, flatten
from crescent.config.schema import Config
from crescent.config.tree import Tree, conf_dir
from crescent.errors import StageError
from crescent.runs.folder import opened
from tests.test_conf_tree import composed

HEAVY = ("torch", "transformers", "numpy", "datasketch", "lm_eval", "pytorch_lightning", "datasets")


def crescent_command(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crescent", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(crescent.__file__).parents[1])},
    )


class Pipeline(SimpleNamespace):
    """Takes the place of `crescent.commands.run` and notes what it is asked to run."""

    def __init__(self, *results: object) -> None:
        super().__init__(results=list(results), started=[])

    def start(self, config: Config, folder: Path) -> int:
        self.started.append((config, folder))
        result = self.results.pop(0) if self.results else 0
        if isinstance(result, BaseException):
            raise result
        assert isinstance(result, int)
        return result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Runs a command in this process, with a pipeline that returns or raises the given results in turn."""

    def command(*arguments: str, results: tuple[object, ...] = ()) -> tuple[int, list[tuple[Config, Path]]]:
        pipeline = Pipeline(*results)
        monkeypatch.setattr(crescent.commands.run, "start", pipeline.start)
        monkeypatch.setattr(sys, "argv", ["crescent", *arguments])
        monkeypatch.setenv("HYDRA_FULL_ERROR", "")
        monkeypatch.chdir(tmp_path)
        return cli.main(), pipeline.started

    return command


def test_a_run_gets_its_configuration_and_its_folder(run) -> None:
    code, ((config, folder),) = run("+experiment=nano_quick", "rounds=1", "seed=4")
    assert code == 0
    assert (config.name, config.rounds, config.seed) == ("nano_quick", 1, 4)
    assert folder == Path("outputs/nano_quick-seed4")


def test_a_sweep_ends_with_a_table_of_its_runs(
    run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def begin(config: Config, folder: Path) -> int:
        with opened(folder, config) as begun:
            begun.status("stopped" if config.seed == 2 else "complete", note="out of questions")
        return int(config.seed == 2)

    monkeypatch.setattr(Pipeline, "start", lambda pipeline, *run: begin(*run))
    code, _ = run("+experiment=nano_quick", "-m", "seed=1,2")
    assert code == 1
    table = capsys.readouterr().out.splitlines()
    assert table[-4:] == [
        "nano_quick-seed1\tcomplete\t\t0 of 11 stages\t",
        "nano_quick-seed2\tstopped\t\t0 of 11 stages\t",
        "nano_quick-seed2: out of questions",
        "2 runs: 1 complete, 1 stopped; the same command goes on with the 1 that can be resumed",
    ]


def test_hydra_writes_nothing_of_its_own(run, tmp_path: Path) -> None:
    run("seed=2")
    assert list(tmp_path.iterdir()) == []


def test_options_may_stand_between_overrides(run) -> None:
    code, started = run("rounds=1", "-m", "seed=1,2")
    assert code == 0
    assert [folder.name for _, folder in started] == ["nano-seed1", "nano-seed2"]


def folders(run, *arguments: str) -> list[str]:
    return [folder.name for _, folder in run(*arguments)[1]]


def test_a_command_finds_its_folder_again_whatever_it_says_in_other_words(run) -> None:
    assert folders(run, "training.epochs=2", "model.licence=mit", "dedup=minhash", "rounds=3") == ["nano-seed1"]
    assert folders(run, "+experiment=nano_quick", "training.micro_batch_tokens=512") == ["nano_quick-seed1"]
    assert folders(run, "dedup=exact", "voting.samples=16") == ["nano-seed1,dedup=exact,voting.samples=16"]


def test_the_runs_of_a_sweep_have_folders_of_their_own(run) -> None:
    found = folders(run, "-m", "seed=1,2", "dedup=exact,minhash", "voting.samples=4")
    assert found == [f"nano-seed{seed}{dedup},voting.samples=4" for seed in (1, 2) for dedup in (",dedup=exact", "")]


def test_files_of_ones_own_are_compared_with_as_well(run, tmp_path: Path) -> None:
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    file = tmp_path / "mine" / "experiment" / "own.yaml"
    file.write_text("# @package _global_\ndefaults: [nano, _self_]\nname: own\nvoting:\n  samples: 5\n")
    own = ("--config-dir", str(tmp_path / "mine"), "+experiment=own")
    assert folders(run, *own, "voting.samples=5") == ["own-seed1"]
    assert folders(run, *own, "voting.samples=8") == ["own-seed1,voting.samples=8"]


def test_a_failed_job_does_not_stop_the_sweep(run, capsys: pytest.CaptureFixture[str]) -> None:
    code, started = run("-m", "seed=1,2,3", results=(StageError("no questions left"), ValueError("a defect"), 0))
    assert code == 1
    assert len(started) == 3
    errors = capsys.readouterr().err
    assert "no questions left\nfailed: seed=1 (exit code 1)" in errors
    assert "Traceback" in errors
    assert "ValueError: a defect\nfailed: seed=2 (exit code 1)" in errors


def test_an_error_for_the_user_is_its_message_alone(run, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run(results=(StageError("no questions left"),))
    assert code == 1
    assert capsys.readouterr().err == "no questions left\n"


def test_a_defect_keeps_its_traceback(run, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run(results=(ValueError("a defect"),))
    assert code == 1
    assert "Traceback" in capsys.readouterr().err


def test_the_pipelines_exit_code_is_the_commands(run) -> None:
    assert run(results=(3,))[0] == 3


def test_an_interruption_is_one_line(run, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run(results=(KeyboardInterrupt(),))
    assert code == 130
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--foo"], "--foo: unknown option; see --help"),
        (["--multirn"], "--multirn: unknown option, did you mean --multirun?; see --help"),
        (["vot"], "vot: no such command; did you mean vote?"),
        (["statsu", "outputs"], "statsu: no such command; did you mean status?"),
        (["-m", "clam", "seed=1,2"], "clam: no such command; did you mean claim?"),
        (["-m", "claim", "seed=1,2"], "claim: the command stands before its options"),
        (["outputs"], "outputs: no such command; there are run, plan, claim, half_hour, vote, "),
        (["stage=vot"], "stage=vot: must be one of all, vote, audit, claim, half_hour, export; did you mean vote?"),
        (["modle=chat"], "modle=chat: unknown key; did you mean model=...?"),
        (["+experimnet=nano"], "+experimnet=nano: unknown key; did you mean +experiment=...?"),
        (["-m", "--cfg", "job"], "--multirun and --cfg exclude each other"),
        (["--resolve"], "--resolve goes with --cfg only"),
        (["--experimental-rerun", "x"], "--experimental-rerun is not supported"),
        (["rounds=0"], "rounds=0: must be a whole number from 1 to 100"),
    ],
)
def test_mistakes_exit_with_2(run, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str) -> None:
    code, started = run(*arguments)
    assert (code, started) == (2, [])
    assert line in capsys.readouterr().err


def test_a_word_that_is_no_command_is_one_line_on_the_real_command_line() -> None:
    done = crescent_command("vot")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "1 mistake in the configuration:", "  - vot: no such command; did you mean vote?"
    ]  # fmt: skip
    assert not done.stdout


def test_help_names_every_group_choice_and_option() -> None:
    text = " ".join(help_text().split())
    for group, choices in Tree((conf_dir(),)).groups().items():
        assert f"{group} {' '.join(choices)}" in text


KEY = re.compile(r"  ([a-z][a-z0-9_.]*)[=:]")
"""The line of a key in the answer to `--keys`."""


def test_the_defaults_shown_are_those_of_a_run_without_words() -> None:
    usual, config = defaults(), flatten(asdict(composed()))
    assert usual.pop("name") == "${model.name}"
    assert usual == {key: config[key] for key in usual}
    assert set(all_keys()) - usual.keys() == set(all_keys()) - config.keys() | {"name"}


def test_keys_stand_below_their_section_and_can_be_asked_for_by_a_word() -> None:
    sections = [line for line in keys_text().splitlines() if line and not line.startswith(" ")]
    assert sections[:3] == ["run:", "model:", "student:"]
    assert len(sections) == len(set(sections))
    shown = [KEY.match(line)[1] for line in keys_text(["min_agreement"]).splitlines() if KEY.match(line)]
    assert shown == ["questions.proposer.min_agreement", "voting.min_agreement"]
    assert "  voting.adaptive=off: " in keys_text(["certain,"]), "no name has it, a meaning does"


def test_a_word_that_no_key_is_about_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--keys", "agrement"]) == 2
    assert "--keys agrement: no key is about that; did you mean" in capsys.readouterr().err


def test_every_key_says_what_it_decides() -> None:
    lines = {KEY.match(line)[1]: line for line in keys_text().splitlines() if KEY.match(line)}
    assert lines["training.epochs"].startswith("  training.epochs=2: a whole number")
    assert lines["training.epochs"].endswith("; decides training")
    assert lines["training.micro_batch_tokens"].endswith("; may change while a run goes on")
    assert lines["rounds"].endswith("; may grow while a run goes on")


def test_every_key_has_a_meaning() -> None:
    lines = keys_text().splitlines()
    after = {KEY.match(line)[1]: lines[i + 1 : i + 2] for i, line in enumerate(lines) if KEY.match(line)}
    assert set(after) == set(all_keys())
    without = [key for key, below in after.items() if not below or not below[0].startswith("      ")]
    assert without == [], "no text under these fields of the schema"


@pytest.mark.system
@pytest.mark.parametrize("option", ["--help", "-h", "--keys", "--version"])
def test_answers_do_not_even_import_hydra(option: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "crescent", option], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.strip()
    assert not imported(done.stderr) & {"hydra", "omegaconf", *HEAVY}


@pytest.mark.system
def test_mistakes_are_reported_before_anything_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "crescent", "rounds=0", "votin.samples=1", "voting.min_votes=9"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert not imported(done.stderr) & set(HEAVY)


def imported(trace: str) -> set[str]:
    """Top-level packages in what `-X importtime` wrote."""
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in trace.splitlines() if "|" in line}


@pytest.mark.system
def test_mistakes_on_the_real_command_line() -> None:
    done = crescent_command("rounds=0", "votin.samples=1", "voting.min_votes=9", "dedup=exakt", "experiment=nano")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("5 mistakes in the configuration:\n")
    assert "Traceback" not in done.stderr


@pytest.mark.system
def test_settings_that_would_do_nothing_are_mistakes() -> None:
    done = crescent_command("claim=controls", "questions.target=20000")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3, done.stderr
    for line in ("claim has no effect", "questions.target=20000 cannot be reached"):
        assert f"  - {line}" in done.stderr


@pytest.mark.system
@pytest.mark.parametrize("words", [("claim", "claim=controls"), ("audit", "audit.data=x.jsonl")])
def test_commands_take_what_is_meant_for_them(words: tuple[str, ...]) -> None:
    done = crescent_command(*words, "--cfg", "job")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\nstage: {words[0]}\n" in done.stdout


@pytest.mark.system
def test_cfg_job_shows_the_configuration_from_any_folder(tmp_path: Path) -> None:
    done = crescent_command("--cfg", "job", "+experiment=nano_quick", "seed=5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^name: nano_quick\nseed: 5$", done.stdout, re.MULTILINE)
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.system
def test_the_configuration_inside_an_installed_package_is_found(tmp_path: Path) -> None:
    package = Path(crescent.__file__).parent
    shutil.copytree(package, tmp_path / "crescent", ignore=shutil.ignore_patterns("*.safetensors", "__pycache__"))
    shutil.copytree(conf_dir(), tmp_path / "crescent" / "conf")
    script = "from crescent.config.tree import conf_dir; from crescent.cli import main; main(); print(conf_dir())"
    done = subprocess.run(
        [sys.executable, "-c", script, "--cfg", "job"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("name: ${model.name}\n")
    assert done.stdout.rstrip().endswith(str(tmp_path / "crescent" / "conf"))


@pytest.mark.system
def test_shell_completion_offers_groups_and_keys() -> None:
    done = crescent_command("-sc", "install=bash")
    assert done.returncode == 0
    assert "hydra_bash_completion" in done.stdout


@pytest.mark.system
def test_a_reader_that_goes_away_is_no_error() -> None:
    script = f"{sys.executable} -m crescent --keys | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("sign", ["", "+", "++"])
def test_local_data_are_given_task_by_task(run, sign: str) -> None:
    key = "evaluation.local_data"
    code, ((config, folder),) = run(f"{sign}{key}.gsm8k=some/folder", f"{sign}{key}.svamp=other")
    assert code == 0
    assert config.evaluation.local_data == {"gsm8k": "some/folder", "svamp": "other"}
    assert folder.name == run(f"{key}.gsm8k=some/folder", f"{key}.svamp=other")[1][0][1].name
    assert "local_data.gsm8k=some_folder" in folder.name


def test_local_data_can_be_swept(run) -> None:
    code, started = run("-m", "evaluation.local_data.gsm8k=a,b")
    assert code == 0
    assert [config.evaluation.local_data for config, _ in started] == [{"gsm8k": "a"}, {"gsm8k": "b"}]
