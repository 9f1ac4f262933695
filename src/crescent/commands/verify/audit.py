"""Check `votes` of an audit within a run: its votes as any others, and how many of its labels are right."""

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, stated
from crescent.commands.verify.votes import check_votes
from crescent.config.schema import Config
from crescent.evaluation.labelled import Truth
from crescent.loop.stages.audit import figures
from crescent.loop.stages.facts import AuditFacts
from crescent.records import Consensus, Solution
from crescent.runs.manifest import MANIFEST


def check_audit(folder: Folder, config: Config, stage: str, findings: Findings) -> None:
    """The votes on labelled questions, and the accuracies that follow from them and the stored truths."""
    check_votes(folder, config, stage, findings, AuditFacts)
    check, silent = findings.of("votes"), Check("", "")
    facts = stated(folder.manifests[stage], AuditFacts, silent)
    truths = [row.row for row in folder.shards(f"{stage}/truth", Truth, check)]
    outcomes = [row.row for row in folder.shards(f"{stage}/consensus", Consensus, silent)]
    drawn = [row.row for place in folder.passes(stage) for row in folder.shards(place, Solution, silent)]
    known = {row.question for row in truths}
    asked = {row.question for row in outcomes} | {row.question for row in drawn}
    if asked - known:
        check.wrong(f"{stage}/truth", f"question {min(asked - known)}", "no true answer", "one: it was asked")
    elif facts is not None and outcomes and drawn:
        found = figures(facts.data, facts, truths, outcomes, drawn, config.voting)
        for name in ("labels", "single_sample"):
            said, computed = (msgspec.to_builtins(getattr(each, name)) for each in (facts, found))
            check.same(f"{stage}/{MANIFEST}", f"facts.{name}", said, computed)
