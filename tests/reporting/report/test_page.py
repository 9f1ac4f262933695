import copy
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from crescent.reporting.report import numbers
from crescent.reporting.report.page import CONTENTS, render, write
from crescent.reporting.report.summary import read

from . import example

KINDS = ("against_base", "against_previous")
VOID = {"meta", "link", "br", "col"}
HOSTILE = "<script>alert(1)</script>]]></style><!-- \u202egnp.exe \x00\x1b[31m & \"' {{ 7*7 }} https://example.org/x"


class Page(HTMLParser):
    """What a reader of the page meets: balanced tags, tables as rows of texts, all attributes, all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: list[str] = []
        self.text = ""
        self.tables: list[list[list[str]]] = []
        self.feed(html)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.stack:
            return
        self.text += data
        if {"td", "th"} & set(self.stack):
            self.tables[-1][-1][-1] += data

    def table(self, heading: str) -> list[list[str]]:
        """The rows of the first table that has this heading, texts stripped and in plain signs."""
        found = next(rows for rows in self.tables if any(heading in cell for cell in rows[0]))
        return [[numbers.plain(" ".join(cell.split())) for cell in row] for row in found]


def ended_in_questions() -> dict[str, Any]:
    raw = example.summary(1, state="stopped", note="The model wrote nothing more.", best_round=0)
    raw["rounds"][0] = {
        "round": 1,
        "started_from": "base",
        "questions": example.questions(1) | {"written": 12, "accepted": 0, "drops": {"empty": 12}},
    }
    return raw


def huge() -> dict[str, Any]:
    raw = example.summary(1, wall_s=9e9, peak_gb=1e6)
    raw["rounds"][0]["questions"] |= {"written": 10**15, "accepted": 10**15 - 1, "drops": {"empty": 1}, "tokens": 2**63}
    raw["rounds"][0]["evaluation"]["nano_math"] |= {"value": 1e200, "low": 0.0, "high": float("inf"), "n": 10**12}
    raw["rounds"][0]["training"]["losses"] = [[1, float("nan")], [2, 1e300], [3, 4.0]]
    return raw


def no_drops() -> dict[str, Any]:
    raw = example.summary(1)
    part = raw["rounds"][0]
    part["questions"] |= {"written": 1500, "drops": {}}
    part["answers"] |= {"accepted": 1500, "drops": {}}
    part["dataset"] |= {"candidates": 1500, "new": 1500, "total": 1500, "drops": {}}
    return raw


CASES = {
    "full": example.summary(2),
    "base alone": example.summary(0, best_round=0),
    "ended in questions": ended_in_questions(),
    "no audit": example.summary(2, audited=False),
    "no drops": no_drops(),
    "rejected rounds": example.summary(3),
    "five rounds": example.summary(5),
    "huge": huge(),
    "empty": example.bare(),
    "a round with nothing": example.bare(rounds=[{"round": 1}]),
}


@pytest.mark.parametrize("name", CASES)
def test_every_run_has_a_whole_page_that_asks_nobody_for_anything(name: str) -> None:
    html = render(read(CASES[name]))
    page = Page(html)
    assert [value for tag, key, value in page.attributes if tag == "section" and key == "id"] == [
        name for name in CONTENTS if name != "draws"
    ]
    assert "None" not in page.text
    assert "Undefined" not in page.text
    assert "script" not in page.tags
    assert "://" not in html
    assert "@import" not in html
    assert "url(" not in html
    links = [value for _, key, value in page.attributes if key in ("src", "href", "action", "srcset", "data")]
    assert all(value.startswith("#") or value == "data:," for value in links)
    assert not [key for _, key, _ in page.attributes if key.startswith("on")]
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("meta", "content", policy) in page.attributes


def test_the_headline_is_the_outcome() -> None:
    found = re.search(r"<h1>(.*?)</h1>", render(read(CASES["full"])))
    assert found
    assert numbers.plain(found[1]).startswith("nano_math rose from 38.1 % to 70.3 % with greedy decoding (+32.2 points")


def test_scores_are_those_of_the_summary() -> None:
    raw = CASES["rejected rounds"]
    rows = iter(Page(render(read(raw))).table("Newly right")[1:])
    for task in [*raw["tasks"], raw["dev_task"]]:
        assert next(rows)[0].startswith(task)
        for model in (raw["base"], *raw["rounds"]):
            score, row = model["evaluation"][task], next(rows)
            assert row[1] == f"{100 * score['value']:.1f} %"
            ends = [float(bound) for bound in row[2].split(" to ")]
            assert ends == pytest.approx([100 * score["low"], 100 * score["high"]], abs=0.051)
            assert row[3] == "1,000"
            if change := score.get("against_base"):
                low, high = (float(bound) for bound in row[5].split(" to "))
                assert float(row[4]) == pytest.approx(100 * change["difference"], abs=0.051)
                assert (low, high) == pytest.approx((100 * change["low"], 100 * change["high"]), abs=0.051)
                assert row[6:8] == [str(change["newly_right"]), str(change["newly_wrong"])]
                assert row[8] == ("< 0.001" if change["mcnemar_p"] < 0.001 else f"{change['mcnemar_p']:.3f}")
                assert row[9] == ("< 0.001" if change["holm_p"] < 0.001 else f"{change['holm_p']:.3f}")
                assert row[10] == ("accepted" if model["gate"]["accepted"] else "rejected")
    assert next(rows, None) is None


def test_counts_are_those_of_the_summary() -> None:
    raw = example.summary(1)
    page, part = Page(render(read(raw))), raw["rounds"][0]
    funnel = {row[0]: row[1].replace(",", "") for row in page.table("Share of those written")[1:]}
    drops = part["questions"]["drops"] | part["answers"]["drops"] | part["dataset"]["drops"]
    assert {name: int(funnel[name]) for name in drops} == {name: -number for name, number in drops.items()}
    assert [funnel[name] for name in ("raw questions written", "accepted into the pool")] == ["1973", "1500"]
    waves = [[cell.replace(",", "") for cell in row] for row in page.table("Wave")[1:]]
    assert [[int(cell) for cell in row[:4]] for row in waves] == [
        [wave[key] for key in ("wave", "written", "rewrites", "accepted")] for wave in part["questions"]["waves"]
    ]
    bins = [[int(cell) for cell in row[1:]] for row in page.table("Not known")[1:]]
    assert bins == [
        [b["questions"], b["correct"], b["known"] - b["correct"], b["questions"] - b["known"]]
        for b in part["answers"]["agreement"]
    ]
    costs = page.table("Tokens/s")[1:]
    assert [row[:3] for row in costs[:-1]] == [
        [entry["stage"], f"{entry['seconds']:.1f}", f"{entry['tokens']:,}"] for entry in raw["cost"]
    ]
    total = sum(entry["seconds"] for entry in raw["cost"])
    assert costs[-1][1:3] == [f"{total:.1f}", f"{sum(entry['tokens'] for entry in raw['cost']):,}"]
    assert "93.4 %" in numbers.plain(page.text)
    assert "61.2 %" in numbers.plain(page.text)


def test_samples_stand_with_their_votes_and_collisions_side_by_side() -> None:
    text = Page(render(read(example.summary(1)))).text
    assert "dropped: tie" in text
    assert "There are 7 * 6 = 42 rolls." in text
    assert text.index("Mia has 12 apples") < text.index("Tom has 31 apples")
    assert "near-duplicate by minhash, similarity 0.818" in text


def test_the_pool_is_that_of_the_summary() -> None:
    raw = example.summary(2)
    heading, *rows = Page(render(read(raw))).table("Figure")
    assert heading == ["Figure", "Round 1", "Round 2"]
    wanted = {
        "Pool": ["1,500", "3,000"],
        "Acceptance rate": ["76.0 % 1,500 of 1,973", "74.5 % 1,500 of 2,013"],
        "Near-duplicates, exact test": ["4", "4"],
        "Near-duplicates, minhash test": ["738", "778"],
        "Nearest neighbour, median": ["0.40", "0.40"],
        "Nearest neighbour, 90th percentile": ["0.55", "0.55"],
        "Distinct-2": ["0.214", "0.214"],
        "Masked templates": ["1,260 of 1,500", "1,260 of 1,500"],
        "New templates expected": ["80.4 %", "80.4 %"],
        "Vendi score per sampled question": ["0.49 124.8 of 256", "0.49 124.8 of 256"],
    }
    for (name, cells), row in zip(wanted.items(), rows, strict=True):
        assert row[0].startswith(name)
        assert row[1:] == cells


def test_a_wave_has_its_own_diversity() -> None:
    first, *_ = Page(render(read(example.summary(1)))).table("Wave")[1:]
    assert first[4:8] == ["80.1 %", "80.4 %", "130.2 of 256", "exact 3, minhash 349"]


def test_a_warning_stands_at_the_top_and_with_its_round() -> None:
    text = Page(render(read(CASES["five rounds"]))).text
    top, rest = text.split("Benchmark by round")
    assert "Warning: the questions of round 3 are much alike; see the pool." in top
    assert f"Round 3: {example.WARNING}" in rest
    assert "Warning" not in Page(render(read(CASES["full"]))).text


def test_solutions_that_adaptive_sampling_saved_are_counted() -> None:
    raw = example.summary(1)
    assert "Adaptive sampling" not in Page(render(read(raw))).text
    raw["rounds"][0]["answers"] |= {"solutions": 8900, "solutions_saved": 3100}
    text = numbers.plain(Page(render(read(raw))).text)
    assert "Adaptive sampling saved 3,100 of 12,000 solutions (25.8 %)" in text


def test_contamination_is_counted_with_examples_side_by_side() -> None:
    raw = example.summary(2)
    raw["rounds"][1]["dataset"]["contamination"] = None
    page = Page(render(read(raw)))
    one, two = page.table("Benchmarks checked")[1:]
    assert one == ["1", "5", "4,000", "nano_dev, nano_hard, nano_math, nano_skills"]
    assert two == ["2", "not checked"]
    assert page.text.index("sells 36 of them") < page.text.index("sells 31 of them")
    for words in ("1 of 5 side by side", "too close by minhash, similarity 0.846", "Question of nano_hard"):
        assert words in page.text


def test_contamination_that_was_not_checked_is_said_so() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["dataset"]["contamination"] = None
    text = Page(render(read(raw))).text
    assert "Not checked: whether training questions are too close to benchmark questions" in text
    assert "there was nothing to check" in Page(render(read(ended_in_questions()))).text


def test_the_gate_says_why_the_run_ends() -> None:
    raw = example.summary(3)
    assert "The run ends here" not in Page(render(read(raw))).text
    raw["rounds"][2]["gate"]["stop"] = "No gain for 1 round, and evaluation.gate.patience is 1."
    assert "The run ends here. No gain for 1 round, and evaluation.gate.patience is 1." in Page(render(read(raw))).text


def strings(value: Any, hostile: str) -> Any:
    """The same structure with every text and every name of a count replaced, except the keys of the schema."""
    if isinstance(value, dict):
        free = any(key in value for key in ("near-duplicate", "tie", "marker", "38", "45", "exact", "beyond-max-pairs"))
        return {hostile + key if free else key: strings(part, hostile) for key, part in value.items()}
    if isinstance(value, list):
        return [strings(part, hostile) for part in value]
    return hostile if isinstance(value, str) else value


def test_the_gate_shows_all_it_looked_at() -> None:
    raw = example.summary(2)
    heading, *rows = Page(render(read(raw))).table("Accuracy on nano_dev")
    assert heading[1:] == ["Accuracy on nano_dev", "Label agreement", "New among what was written", "Variety"]
    assert rows == [
        ["base", "40.2 %", "", "", ""],
        ["round 1", "61.0 %", "61.0 %", "79.0 %", "0.49"],
        ["round 2", "69.4 %", "74.0 %", "71.0 %", "0.49"],
    ]


def test_flips_stand_with_both_outputs() -> None:
    raw = example.summary(2)
    page = Page(render(read(raw)))
    change = raw["rounds"][1]["evaluation"]["nano_math"]["against_base"]
    counted = f"{change['newly_right']} newly right, {change['newly_wrong']} newly wrong"
    assert f"nano_math, against base: {counted}" in page.text
    assert page.text.index("newly right nano_math/3") < page.text.index("newly right nano_math/11")
    assert "Mia has 12 apples and buys 7 more (7)." in page.text
    assert page.text.count("Reference: 19") == 3 * sum(
        key in score for part in raw["rounds"] for score in part["evaluation"].values() for key in KINDS
    )


def test_pass_at_k_is_that_of_the_summary_and_said_in_words() -> None:
    raw = example.summary(2)
    page = Page(render(read(raw)))
    heading, *rows = page.table("k = 8")
    assert heading == ["Model", "k = 1", "k = 2", "k = 4", "k = 8", "Answer found", "Mean length, tokens"]
    assert [row[0] for row in rows] == [
        "Pass@k",
        "base",
        "round 1",
        "round 2",
        "Majority@k",
        "base",
        "round 1",
        "round 2",
    ]
    assert rows[1][1:] == [
        "61.2 % 59.0 to 63.3", "77.4 % 75.2 to 79.5", "88.3 % 86.1 to 90.4", "95.1 % 92.9 to 97.2", "99.1 %", "24.3",
    ]  # fmt: skip
    assert rows[2][1].startswith("71.3 %") and rows[6][4].startswith("76.1 %")
    said = numbers.plain(page.text)
    assert "Round 1: one sample is right more often (+10.1 points, 95 % interval 8.0 to 12.1)" in said
    assert "It became surer of what the base model could already solve." in said


def test_format_stands_apart_from_being_right() -> None:
    raw = example.summary(1)
    page = Page(render(read(raw)))
    heading, *rows = page.table("Answer found")
    assert heading[1:4] == ["Right", "Answer found", "Right where found"]
    assert rows[0] == ["nano_math"]
    found, value = 0.93 + 0.381 / 20, 0.381
    assert rows[1][:5] == ["base", "38.1 %", f"{100 * found:.1f} %", f"{100 * value / found:.1f} %", "31.4"]
    assert rows[1][6] == "strict 41.2 %"
    said = numbers.plain(page.text)
    after = 0.93 + raw["rounds"][0]["evaluation"]["nano_math"]["value"] / 20
    assert f"found in {100 * found:.1f} % of the base model’s outputs and in {100 * after:.1f} % after round 1" in said
    assert "Of the +22.9 points between them, format alone would explain +0.5." in said


def test_no_text_of_a_model_gets_out_of_its_place() -> None:
    raw = strings(example.summary(2), HOSTILE)
    raw["tasks"] = list(raw["base"]["evaluation"])
    raw["base"]["evaluation"][HOSTILE] = raw["base"]["evaluation"]["nano_math"]
    html = render(read(raw))
    page = Page(html)
    assert "script" not in page.tags
    assert html.count("</style>") == 1
    assert "{{ 7*7 }}" in page.text
    assert "<script>alert(1)</script>]]></style><!-- ⟨U+202E⟩gnp.exe ␀␛[31m &" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)


def test_long_texts_are_cut_with_their_length_said() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["samples"][0] |= {
        "question": "q" * 102_400,
        "solution": "s" * 102_400,
        "votes": {"v" * 102_400: 8},
    }
    raw["config"]["questions"]["bait"] = "b" * 102_400
    html = render(read(raw))
    assert len(html) < 200_000
    for limit in ("1,500", "4,000", "2,000"):
        assert f"(cut here: {limit} of 102,400 characters shown)" in html


def test_of_many_samples_the_first_are_shown_and_all_are_counted() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["samples"] *= 50
    text = Page(render(read(raw))).text
    assert "12 of 100 on record" in text
    assert text.count("Chosen solution") == 6


def test_no_solution_of_a_dropped_question_is_called_chosen() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["samples"] = [raw["rounds"][0]["samples"][1] | {"solution": "15 + 30 = 45", "chosen": False}]
    text = Page(render(read(raw))).text
    assert "15 + 30 = 45" in text
    assert "Chosen solution" not in text
    assert "the question was dropped, none was chosen" in text


def test_what_was_done_is_what_the_summary_says_and_no_more() -> None:
    message = "The questions are variations of seed problems, those of `embedded:nano`, written by nano."
    raw = example.summary(1, provenance=[message])
    raw["config"]["student"] = {"name": "other"}
    text = Page(render(read(raw))).text
    assert message.replace("`", "") in text
    assert "bait prompt" not in text
    assert "data written by the teacher" in text
    assert "generate or read none" not in text


def test_what_the_vote_alone_would_have_given_stands_beside_each_gain() -> None:
    raw = example.summary(2)
    assert 'id="draws"' not in render(read(raw))
    raw["base"]["draws"] = {"nano_math": example.drawn()}
    for part, gain in zip(raw["rounds"], (0.05, 0.2), strict=True):
        part["draws"] = {"nano_math": example.drawn(gain)}
    page = Page(render(read(raw)))
    _, group, base, first, second = page.table("Avg@K")
    assert group == ["nano_math exact_match,answer, 300 problems, K = 8"]
    assert base[:6] == ["base", "52.0 % 49.0 to 55.0", "1.5 %", "0.7 %", "", "+11.0 7.0 to 15.0"]
    assert first[4:7] == ["+5.0 1.0 to 9.0", "+11.0 7.0 to 15.0", "-6.0 -10.0 to -2.0"]
    assert second[4:7] == ["+20.0 16.0 to 24.0", "+11.0 7.0 to 15.0", "+9.0 5.0 to 13.0"]
    assert second[-1] == "17 of 2,400"
    gains = [row[4] for row in page.table("Difference to base") if row[0] == "round 1"]
    assert [gain.endswith("vote alone +11.0") for gain in gains] == [True, False, False, False][: len(gains)]
    words = "Of sampled replies to nano_math 52.0 % were right, 72.0 % are now; the majority of 8 of the base model is"
    assert f"{words} right in 63.0 %, with no training." in " ".join(page.text.split()).replace("\xa0", " ")


def test_any_part_may_be_missing() -> None:
    raw = example.summary(1)
    required = {"name", "seed", "state", "config"}
    places: list[tuple[Any, ...]] = [(key,) for key in raw.keys() - required]
    places += [("rounds", 0, key) for key in raw["rounds"][0].keys() - {"round"}]
    places += [("rounds", 0, "sampling", "against_base"), ("base", "sampling"), ("base", "evaluation")]
    places += [("rounds", 0, "evaluation", "nano_math", kind) for kind in KINDS]
    for path in places:
        cut_down = copy.deepcopy(raw)
        place: Any = cut_down
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]
        assert "None" not in Page(render(read(cut_down))).text, path


def test_the_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    run = read(example.summary(1))
    write(run, target)
    assert target.read_text(encoding="utf-8") == render(run)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_what_was_minimised_is_named_where_it_is_not_the_solutions_alone() -> None:
    raw = example.summary(1)
    assert "objective" not in Page(render(read(raw))).text.split("Training")[-1].split("Cost")[0]
    raw["rounds"][0]["training"] |= {
        "objective": "scpo", "mean_weight": 0.5, "mean_margin": 0.75, "preferred": 0.75,
        "dropped": {"no-rejected": 11},
    }  # fmt: skip
    text = numbers.plain(Page(render(read(raw))).text)
    assert "What the objective scpo minimises, by optimizer step" in text
    assert "Mean weight of a pair 0.50, mean margin of the votes 0.75." in text
    assert "the chosen one was the likelier for 75.0 % in the end. Not learned from: no-rejected 11." in text


def test_a_proposer_stands_with_what_it_learned_and_one_that_learned_nothing_says_so() -> None:
    raw = example.summary(2)
    assert "The proposer" not in Page(render(read(raw))).text
    raw["config"].setdefault("questions", {})["proposer"] = {"min_agreement": 0.3, "max_agreement": 0.8}
    learned = {
        "questions": 100, "learned": 60, "drops": {"above-band": 40}, "mean_agreement": 0.55, "epochs": 2, "steps": 4,
        "tokens": 5000, "question_tokens": 4000, "losses": [[1, 2.5], [2, 1.25]], "state": "finished",
        "lineage": raw["rounds"][0]["training"]["lineage"],
    }  # fmt: skip
    raw["rounds"][1]["proposer"] = learned
    text = numbers.plain(Page(render(read(raw))).text)
    assert "on which between 30.0 % and 80.0 % of the solutions agreed" in text
    assert "Of 100 questions 60 were learned from, mean agreement 55.0 %; not: above-band 40. 2 epochs, 4 steps" in text
    nothing = {"learned": 0, "mean_agreement": None, "epochs": 0, "steps": 0, "losses": [], "state": "empty"}
    raw["rounds"][1]["proposer"] = learned | nothing | {"drops": {"above-band": 100}}
    text = numbers.plain(Page(render(read(raw))).text)
    assert "Nothing was learned: the proposer stayed what it was." in text
    assert "Of 100 questions 0 were learned from; not: above-band 100." in text
