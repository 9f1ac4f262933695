"""Checks `claim` and `claim page`: every run of a claim, claim.json from the runs, claim.html from claim.json."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec

from crescent.commands.claim.figures import FIGURES, PAGE, Claim, read_claim
from crescent.commands.verify.figures import check_page, check_settings
from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.run import verify_run
from crescent.config.arms import arms as arms_of
from crescent.config.schema import Config
from crescent.errors import CrescentError
from crescent.runs.folder import stored_config


def verify_claim(path: Path, config: Config) -> Findings:
    """Check every run of the claim in `path`, then the figures over them and their page."""
    findings = Findings()
    check, page = findings.of("claim"), findings.of("claim page")
    repeats = config.claim.repeats if config.claim else 0
    arms, _ = arms_of(config)
    runs = [
        (arm, seed, path / f"{arm}-seed{seed}") for seed in range(config.seed, config.seed + repeats) for arm in arms
    ]
    for arm, seed, folder in runs:
        there = stored_config(folder)
        if there is None:
            check.absent(f"{folder.name}: the run has not begun")
            continue
        wanted = asdict(replace(arms[arm], seed=seed))
        check_settings(check, f"{folder.name}/config.yaml", "", there, wanted)
        findings.take(verify_run(folder, f"{folder.name}/"))
    claim = _stored(path, check)
    if claim is None:
        page.absent(f"{PAGE}: there are no figures to hold it against")
        return findings
    _check_figures(path, config, arms, runs, claim, check)
    check_page(page, path / PAGE, claim.crescent, lambda: _page(claim))
    return findings


def _stored(path: Path, check: Check) -> Claim | None:
    """What claim.json holds, None where it is not there yet or cannot be read."""
    file = path / FIGURES
    if not file.is_file():
        check.absent(f"{FIGURES}: there is none yet: it is written when all runs have ended")
        return None
    try:
        return read_claim(file.read_bytes())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        check.wrong(FIGURES, "", "no figures of a claim", str(error))
        return None


def _check_figures(
    path: Path, config: Config, arms: dict[str, Config], runs: list[tuple[str, int, Path]], stored: Claim, check: Check
) -> None:
    from crescent.commands.claim.gather import gather

    try:
        recomputed = gather(config, path, arms, runs)
    except CrescentError as error:
        check.absent(f"{FIGURES}: not recomputed: {str(error).splitlines()[0]}")
        return
    recomputed.crescent = stored.crescent  # of whoever made it
    check.same(FIGURES, "", _plain(stored), _plain(recomputed))


def _plain(claim: Claim) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(claim)
    return values


def _page(claim: Claim) -> str:
    from crescent.commands.claim.page import render

    return render(claim)
