"""The runs of a claim, one after another in this process, each an ordinary run that goes on where it stood."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from crescent.commands.checks import check
from crescent.commands.claim.figures import FIGURES, PAGE, Claim, read_claim
from crescent.commands.table import start as start_run
from crescent.config.arms import arms as arms_of
from crescent.config.schema import Config
from crescent.errors import ConfigError
from crescent.reporting.completed import SUMMARY, completed
from crescent.runs.atomic import file_digest, publish
from crescent.runs.folder import opened

STORE = "store"
"""Below the claim's folder: stages that its runs have in common."""


def start(config: Config, folder: Path) -> int:
    """Run every arm of `config.claim` with every seed, or go on, and write the figures and the page into `folder`.

    The runs lie below it, `ARM-seedSEED`; those that are complete are taken as they are, and a stage that several have
    in common is made once. Returns the exit code: 1 when a run ended early, which keeps no other from running.

    Raises:
        ConfigError: an arm cannot work; said before anything runs.
        RunFolderError, DamagedError: the folder of the claim or of a run is in use, of another configuration, damaged.
    """
    if config.claim is None:
        raise ConfigError(["stage=claim has nothing to compare: choose claim=controls or another"])
    arms, _ = arms_of(config)
    for arm in arms.values():
        check(arm)
    runs = [
        (arm, seed, folder / f"{arm}-seed{seed}")
        for seed in range(config.seed, config.seed + config.claim.repeats)
        for arm in arms
    ]
    with opened(folder, config) as run:
        left = [each for each in runs if not _complete(arms, *each)]
        known = _known(folder)
        if left or known is None or known.summaries != _summaries(runs) or known.arms != config.claim.arms:
            with run.working():
                for number, each in enumerate(runs, start=1):
                    name, seed, path = each
                    print(f"[{number} of {len(runs)}] {name}, seed {seed}{'' if each in left else ': complete'}")
                    if each in left:
                        start_run(_config(arms[name], seed, path), path)
                known = _conclude(config, folder, arms, runs)
        else:
            print(f"This claim is complete: {folder}")
        run.status(known.state)
    _show(known, folder)
    return 0 if known.state == "complete" else 1


def _config(arm: Config, seed: int, path: Path) -> Config:
    return replace(arm, seed=seed, output_dir=str(path.parent), store=str(path.parent / STORE))


def _complete(arms: Mapping[str, Config], arm: str, seed: int, path: Path) -> bool:
    if not (path / SUMMARY).exists():
        return False
    with opened(path, _config(arms[arm], seed, path)) as run:
        return completed(run) is not None


def _summaries(runs: list[tuple[str, int, Path]]) -> dict[str, str]:
    return {path.name: file_digest(path / SUMMARY) for _, _, path in runs}


def _known(folder: Path) -> Claim | None:
    """The claim that was written last, None where it cannot be read or has no page."""
    try:
        return read_claim((folder / FIGURES).read_bytes()) if (folder / PAGE).exists() else None
    except (OSError, msgspec.MsgspecError):
        return None


def _conclude(config: Config, folder: Path, arms: Mapping[str, Config], runs: list[tuple[str, int, Path]]) -> Claim:
    from crescent.commands.claim.gather import gather
    from crescent.commands.claim.page import render

    claim = gather(config, folder, arms, runs)
    publish(folder / FIGURES, msgspec.json.format(msgspec.json.encode(claim), indent=1) + b"\n")
    publish(folder / PAGE, render(claim).encode())
    return claim


def _show(claim: Claim, folder: Path) -> None:
    from crescent.commands.claim.headline import sentences, shares
    from crescent.commands.claim.methods import ranked
    from crescent.reporting.report.numbers import plain

    order = [] if claim.parts else ranked(claim, shares(claim, claim.primary_task))
    for sentence in [*sentences(claim), *order]:
        print(plain(sentence))
    print(f"Page: {folder / PAGE}")
