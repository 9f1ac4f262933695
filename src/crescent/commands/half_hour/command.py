"""`stage=half_hour`: try every path of this machine, measure it, refit the plan, make a small claim; one page."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from crescent.commands.claim.figures import FIGURES as CLAIM
from crescent.commands.claim.figures import read_claim
from crescent.commands.claim.headline import sentences
from crescent.commands.half_hour.constants import refitted
from crescent.commands.half_hour.findings import FAILED, OK, SKIPPED, Finding, HalfHour, keep, kept
from crescent.commands.half_hour.measure import MISSING
from crescent.commands.half_hour.page import PAGE, render
from crescent.commands.table import start as start_command
from crescent.config.schema import Config
from crescent.models.shape import sizes
from crescent.plan.hardware import Hardware, hardware
from crescent.runs.atomic import publish
from crescent.runs.folder import Run, opened

STEPS = {
    "decoding": "generation in slots, beside transformers' generate",
    "vllm": "generation by vLLM",
    "training": "training of all weights",
    "trl": "the same pairs in TRL's trainer",
    "lora": "training of adapters",
    "fsdp": "training with sharded weights, on one device",
}
"""In this order: step -> what it does."""
FIGURES = "half_hour.json"
RENDEZVOUS = ("MASTER_ADDR", "MASTER_PORT", "RANK", "LOCAL_RANK", "WORLD_SIZE")
"""Where the processes of a training meet. A step is alone: what it inherits of these belongs to another training, whose
port somebody else may have by now."""


def start(config: Config, folder: Path) -> int:
    """Do every step that is not done, then the claim, and write the page. Returns the exit code: 1 if a step failed."""
    with opened(folder, config) as run, run.working():
        machine = hardware(None, config.trainer)
        device = "cuda" if machine.is_gpu else "cpu"
        print(f"Half an hour with {config.model.name} on {machine.name}; each step is kept, the same command goes on.")
        found = list(_steps(run, device))
        _conclude(config, folder, machine, found, [])
        code, said = _claim(config, folder)
        _conclude(config, folder, machine, found, said)
        failed = code != 0 or any(finding.state == FAILED for finding in found)
        run.status("stopped" if failed else "complete")
    print(f"Page: {folder / PAGE}")
    return 1 if failed else 0


def _steps(run: Run, device: str) -> Iterator[Finding]:
    for number, (step, what) in enumerate(STEPS.items(), start=1):
        print(f"[{number} of {len(STEPS) + 1}] {what}", end=" ", flush=True)
        finding = kept(run.path / "steps", step)
        if finding is None:
            finding = _measured(run.path, step, device, run.config.half_hour.minutes * 60)
            keep(run.path / "steps", finding)
        print(f"... {_said(finding)}")
        yield finding


def _said(finding: Finding) -> str:
    if finding.state != OK:
        return f"{finding.state}: {finding.reason}"
    return f"{finding.figures['tokens_per_s']:,.0f} tokens/s, {finding.seconds:.0f} s"


def _measured(folder: Path, step: str, device: str, limit: float) -> Finding:
    """Run a step; the log of what it printed is `steps/STEP.log`."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "crescent.commands.half_hour.measure", step, str(folder), device]
    (folder / "steps").mkdir(exist_ok=True)
    log = folder / "steps" / f"{step}.log"
    environment = {name: value for name, value in os.environ.items() if name not in RENDEZVOUS}
    with log.open("w") as errors:
        try:
            done = subprocess.run(
                command, check=False, stdout=subprocess.PIPE, stderr=errors, text=True, timeout=limit, env=environment
            )
        except subprocess.TimeoutExpired:
            reason = f"it took longer than half_hour.minutes={limit / 60:g}"
            return Finding(step=step, state=FAILED, seconds=limit, reason=reason)
    seconds = time.perf_counter() - begin
    if done.returncode == 0:
        figures = json.loads(done.stdout.splitlines()[-1])
        return Finding(step=step, state=OK, seconds=seconds, figures=figures)
    said = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    reason = said[-1] if said else f"it ended with code {done.returncode}"
    state = SKIPPED if done.returncode == MISSING else FAILED
    return Finding(step=step, state=state, seconds=seconds, reason=reason)


def _claim(config: Config, folder: Path) -> tuple[int, list[str]]:
    """The small claim: an ordinary one, in a folder below, which goes on where it stood."""
    arms = ", ".join(config.claim.arms if config.claim else [])
    print(f"[{len(STEPS) + 1} of {len(STEPS) + 1}] a small claim: {arms}", flush=True)
    place = folder / "claim"
    claim = replace(config, stage="claim", name="claim", output_dir=str(folder), run_dir=str(place))
    code = start_command(claim, place)
    try:
        return code, sentences(read_claim((place / CLAIM).read_bytes()))
    except (OSError, msgspec.MsgspecError):
        return code or 1, []


def _conclude(config: Config, folder: Path, machine: Hardware, found: list[Finding], said: list[str]) -> None:
    figures = {finding.step: finding.figures for finding in found}
    known = sizes(config.model)
    constants = refitted(config, known, machine, figures["decoding"], figures["training"]) if known else []
    content = HalfHour(model=config.model.name, device=machine.name, findings=found, constants=constants, claim=said)
    publish(folder / FIGURES, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    publish(folder / PAGE, render(content, STEPS).encode())
    if not said:
        for constant in constants:
            print(f"plan: {constant.name} {constant.assumed:g}, here {constant.measured:.3g}")
