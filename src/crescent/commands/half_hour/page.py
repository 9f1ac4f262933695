"""`half_hour.html`: what works on this machine, how fast, what the plan should assume of it, and the small claim."""

from collections.abc import Mapping

from crescent.commands.half_hour.findings import HalfHour
from crescent.reporting.report.page import style_sheet, templates

PAGE = "half_hour.html"
UNITS = {
    "tokens_per_s": "tokens/s",
    "over_generate": "times transformers' generate",
    "generate_tokens_per_s": "tokens/s of generate",
    "alone_ms_per_token": "ms per token of one sequence",
    "prefill_s": "s for the prompts alone",
    "peak_gb": "GB at most",
    "first_loss": "loss of the first step",
    "last_loss": "loss of the last step",
}
"""Figure -> how it is called on the page; the others stand in half_hour.json alone."""


def render(content: HalfHour, steps: Mapping[str, str]) -> str:
    """The page's text. `steps`: step -> what it does."""
    by_step = {finding.step: finding.figures.get("tokens_per_s") for finding in content.findings}
    template = templates().get_template("half_hour.html.j2")
    return template.render(
        css=style_sheet(), found=content, steps=steps, units=UNITS, headline=headline(content),
        over_vllm=_over(by_step.get("decoding"), by_step.get("vllm")),
        over_trl=_over(by_step.get("training"), by_step.get("trl")),
    )  # fmt: skip


def headline(content: HalfHour) -> str:
    """How many paths work, in a sentence."""
    works = sum(finding.state == "ok" for finding in content.findings)
    failed = [finding.step for finding in content.findings if finding.state == "failed"]
    said = f"{works} of {len(content.findings)} paths work here"
    return f"{said}; {', '.join(failed)} failed" if failed else said


def _over(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours and theirs else None
