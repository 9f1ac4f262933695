"""The command `python -m crescent verify FOLDER`: a table of checks, and a line for every disagreement."""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from crescent import __version__
from crescent.commands.given import stored_run
from crescent.commands.verify.findings import Findings
from crescent.errors import ConfigError, DataError, RunFolderError
from crescent.reporting.completed import SUMMARY
from crescent.reporting.report.numbers import count, plain, plural
from crescent.runs.atomic import file_digest

AGREE, DISAGREE, NO_FOLDER = 0, 1, 2
"""Exit codes."""
SHOWN = 20
"""Disagreements of a check that are printed; `--json` has all."""
FIGURES = (SUMMARY, "claim.json")
"""Files that a result is about: their digests stand in it."""


class NoFolderError(DataError):
    """There is neither a run nor a claim."""

    exit_code = NO_FOLDER


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"verify: {message}; see python -m crescent verify --help"])


def verify(arguments: Sequence[str]) -> int:
    """Compare page, figures and rows of a run or a claim, and print what was found. Nothing is written.

    Returns the exit code: 0 all agrees, 1 something does not.

    Raises:
        ConfigError: an option is not known.
        NoFolderError: the folder holds neither a run nor a claim, or one of another format.
    """
    parser = _Parser(
        prog="python -m crescent verify",
        description="Recomputes every figure of a run's or a claim's page from the rows on disk and says whether page "
        "and rows agree. Reads only, loads no model; of a run that has not ended it checks what is finished.",
        epilog="exit codes: 0 all agrees, 1 something does not, 2 no folder of a run or a claim. "
        "example: python -m crescent verify outputs/nano-seed1",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of a run or of a claim")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, every disagreement in it")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    findings = examine(options.folder)
    seconds = time.perf_counter() - start
    if options.json:
        print(json.dumps(as_json(findings, options.folder, seconds), indent=1, ensure_ascii=False))
    else:
        print("\n".join(lines(findings, seconds)))
    return DISAGREE if findings.disagreements else AGREE


def examine(folder: Path) -> Findings:
    """All checks of the run or the claim in `folder`.

    Raises:
        NoFolderError: there is neither.
    """
    try:
        config = stored_run(folder)
    except (DataError, RunFolderError, ConfigError) as error:
        raise NoFolderError(str(error)) from error
    if config.stage == "claim":
        from crescent.commands.verify.claim import verify_claim

        return verify_claim(folder, config)
    from crescent.commands.verify.run import verify_run

    return verify_run(folder)


def lines(findings: Findings, seconds: float) -> list[str]:
    """What is printed: the table, the disagreements, what was not there, and the verdict."""
    checks = findings.listed()
    width = max(len(check.name) for check in checks)
    found = []
    for check in checks:
        state = plural(len(check.disagreements), "disagreement") if check.disagreements else "agrees"
        state = state if check.compared else "nothing to compare"
        found.append(f"{check.name:<{width}}  {plain(count(check.compared)):>9}  {state:<18}  {check.about}")
    for check in checks:
        found += [each.line() for each in check.disagreements[:SHOWN]]
        if (more := len(check.disagreements) - SHOWN) > 0:
            found.append(f"... and {more:,} more of {check.name} (--json has all)")
    found += [f"not compared: {sentence}" for check in checks for sentence in check.missing]
    wrong = len(findings.disagreements)
    verdict = f"{plural(wrong, 'disagreement')} between page and rows" if wrong else "page and rows agree"
    if not wrong and any(check.missing for check in checks):
        verdict = "what is there agrees"
    return [*found, f"{verdict} ({seconds:.1f} s)"]


def as_json(findings: Findings, folder: Path, seconds: float) -> dict[str, Any]:
    """The result for other programs."""
    return {
        "folder": str(folder),
        "crescent": __version__,
        "agrees": not findings.disagreements,
        "digests": {name: file_digest(folder / name) for name in FIGURES if (folder / name).is_file()},
        "seconds": round(seconds, 3),
        "checks": [_check(check) for check in findings.listed()],
    }


def _check(check: Any) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(check, enc_hook=repr)
    return values
