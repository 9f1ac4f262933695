"""All checks of one run's folder, stage by stage. Nothing is written."""

from pathlib import Path

from crescent.commands.given import stored_run
from crescent.commands.verify.audit import check_audit
from crescent.commands.verify.chain import check_chain
from crescent.commands.verify.draws import check_draws
from crescent.commands.verify.figures import check_figures
from crescent.commands.verify.files import check_digests
from crescent.commands.verify.findings import Findings
from crescent.commands.verify.gate import check_gate
from crescent.commands.verify.pairs import check_pairs, check_training
from crescent.commands.verify.proposer import check_proposer
from crescent.commands.verify.questions import check_questions
from crescent.commands.verify.reading import Folder
from crescent.commands.verify.scores import Known, check_evaluation, check_samples
from crescent.commands.verify.votes import check_votes
from crescent.config.schema import Config
from crescent.loop.stages.table import stages_of
from crescent.runs.names import ROUNDS, round_folder, round_number


def verify_run(path: Path, below: str = "") -> Findings:
    """Check what is finished of the run in `path`, and say what is not there. `below`: before the names of its files.

    Raises:
        DataError: there is no run.
        ConfigError, RunFolderError: its configuration cannot be read.
    """
    config, findings = stored_run(path), Findings(below)
    folder = Folder(path)
    check_digests(folder, findings.of("files"))
    _say_what_is_missing(folder, config, findings)
    check_chain(folder, config, findings.of("chain"))
    known: Known = {}
    for stage in folder.manifests:
        place, _, kind = stage.partition("/")
        number = round_number(place)
        if kind == "proposer" and number is not None:
            check_proposer(folder, config, number, findings)
        elif kind == "questions":
            check_questions(folder, config, stage, findings)
        elif kind == "answers":
            check_votes(folder, config, stage, findings)
        elif kind == "audit":
            check_audit(folder, config, stage, findings)
        elif kind == "dataset" and number is not None:
            check_pairs(folder, config, number, findings)
        elif kind == "training" and number is not None:
            check_training(folder, number, findings)
        elif kind == "evaluation":
            check_evaluation(folder, stage, known, findings)
        elif kind == "samples":
            check_samples(folder, config, stage, findings)
        elif kind == "draws":
            check_draws(folder, config, stage, findings)
    rounds = sorted(number for place in path.glob(ROUNDS) if (number := round_number(place)) is not None)
    check_gate(folder, config, rounds, findings)
    check_figures(path, config, findings)
    return findings


def _say_what_is_missing(folder: Folder, config: Config, findings: Findings) -> None:
    """Stages that are to come, unless the gate ended the run before them."""
    begun = {stage.partition("/")[0] for stage in folder.manifests}
    expected = [f"{place}/{kind.name}" for place, kind in stages_of(config)]
    missing = [stage for stage in expected if stage not in folder.manifests and stage.partition("/")[0] in begun]
    if missing:
        findings.of("files").absent(f"not finished or not there: {', '.join(missing)}")
    beyond = [n for n in range(1, config.rounds + 1) if round_folder(n) not in begun]
    if beyond:
        findings.of("files").absent(f"not begun: {', '.join(round_folder(number) for number in beyond)}")
