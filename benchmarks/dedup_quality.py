"""How well near-duplicates of real questions are found: recall by kind of perturbation, and what is removed wrongly.

    python benchmarks/dedup_quality.py --data train.jsonl [--encoder FOLDER] [--limit N] [--json]

The file has one JSON object with a `question` per line (GSM8K's format). Every question is perturbed in each way that
applies to it, by rule and seed; recall of a kind is the share of its perturbed questions that `decontaminate` removes
in front of the unperturbed ones, and `wrong` the share removed for another question than their own. `removed` is the
share that `deduplicate` takes out of the unperturbed questions alone: wrong removals, and true near-duplicates within
the data. `--show N` prints missed and removed pairs to look at.
"""

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from report_line import emit

from crescent.dedup import decontaminate, deduplicate, sentence_encoder

ONES = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
ONES += str.split("seventeen eighteen nineteen")
TENS = str.split("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
SHARES = ["half", "a third", "one-quarter", "a fifth of", "two-thirds of"]
MULTIPLES = ["twice", "three times", "4 times", "thrice", "ten times", "double"]
FIGURE = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)")
# Unit, the next smaller unit, and how many of those it holds.
CONVERSIONS = [
    ("hours?", "minutes", 60), ("minutes?", "seconds", 60), ("days?", "hours", 24), ("weeks?", "days", 7),
    ("years?", "months", 12), ("f(?:ee|oo)t", "inches", 12), ("yards?", "feet", 3), ("miles?", "yards", 1760),
    ("pounds?", "ounces", 16), ("gallons?", "quarts", 4), ("meters?", "centimeters", 100), ("dollars?", "cents", 100),
    ("kilograms?|kg", "grams", 1000), ("kilometers?|km", "meters", 1000), ("liters?", "ml", 1000), ("dozens?", "", 12),
]  # fmt: skip
SYNONYMS = {
    "buys": "purchases", "bought": "purchased", "buy": "purchase", "altogether": "in total", "in total": "overall",
    "gave": "handed", "gives": "hands", "needs": "requires", "wants": "would like", "begins": "starts",
    "gets": "receives", "got": "received", "makes": "produces", "made": "produced", "each": "every",
    "also": "in addition", "left": "remaining", "money": "cash", "kids": "children", "friends": "pals", "job": "work",
    "big": "large", "small": "little",
    "sells": "is selling", "costs": "is priced at", "cost": "were priced at", "spends": "pays", "spent": "paid",
    "decides": "chooses", "decided": "chose", "finds": "discovers", "found": "discovered", "goes to": "visits",
    "There are": "We have", "has": "owns", "had": "owned", "If": "Supposing", "and": "as well as", "but": "yet",
    "more than": "in excess of", "How much money": "What sum of money", "How many": "What number of",
    "How much": "What amount", "how many": "what number of", "how much": "what amount", "the number of": "how many",
}  # fmt: skip


def in_words(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    if number < 10000 and number % 100 == 0 and number % 1000:
        return f"{in_words(number // 100)} hundred"
    rest = f" {in_words(number % 1000)}" if number % 1000 else ""
    return f"{in_words(number // 1000)} thousand{rest}"


def other_numbers(text: str, rng: random.Random) -> str:
    """Other figures of any length, other number words, other multiples and shares."""
    text = FIGURE.sub(
        lambda _: f"{rng.choice([rng.randint(2, 20), rng.randint(20, 999), rng.randint(1000, 9999)]):,}", text
    )
    words = "|".join(ONES[2:] + TENS[2:])
    text = re.sub(rf"\b({words})\b", lambda _: rng.choice(ONES[2:]), text)
    text = re.sub(r"\b(twice|double|thrice)\b", lambda _: rng.choice(MULTIPLES), text)
    return re.sub(r"\bhalf\b", lambda _: rng.choice(SHARES), text)


def other_forms(text: str, rng: random.Random) -> str:
    """The same figures in words, with decimals, or with thousands separators."""

    def rewrite(match: "re.Match[str]") -> str:
        digits = match.group().replace(",", "")
        if "." in digits or int(digits) > 999_999:
            return f"{float(digits):,.3f}"
        forms = [in_words(int(digits)), f"{digits}.0", f"{int(digits):,}.00", in_words(int(digits))]
        return rng.choice(forms)

    return FIGURE.sub(rewrite, text)


def other_kinds(text: str, rng: random.Random) -> str:
    """Integers become decimals, fractions or percentages of any value."""

    def rewrite(_: object) -> str:
        whole, part = rng.randint(1, 9), rng.randint(2, 9)
        return rng.choice([f"{whole}.{part}", f"{whole}/{whole + part}", f"{whole} {part - 1}/{part}", f"{whole}0%"])

    return FIGURE.sub(rewrite, text)


def other_units(text: str, rng: random.Random) -> str:
    """Every figure with a unit in the next smaller unit; dollars in cents."""
    text = re.sub(r"\$(\d[\d,]*)(?![\d.])", lambda match: f"{int(match[1].replace(',', '')) * 100} cents", text)
    for unit, smaller, factor in CONVERSIONS:
        pattern = rf"\b(\d[\d,]*)[ -](?:{unit})\b"
        text = re.sub(pattern, lambda m, n=factor, s=smaller: f"{int(m[1].replace(',', '')) * n} {s}".strip(), text)
    return text


def paraphrase(text: str, rng: random.Random) -> str:
    """Other words for common ones, and the last sentence asked first or the parts of an if-question turned round."""
    for word, synonym in SYNONYMS.items():
        if rng.random() < 0.8:
            text = re.sub(rf"\b{word}\b", synonym, text)
    sentences = re.split(r"(?<=[.?!])\s+", text.strip())
    if len(sentences) > 2 and rng.random() < 0.5:
        first = rng.randrange(len(sentences) - 2)
        sentences[first : first + 2] = [sentences[first].rstrip(".") + ", and " + sentences[first + 1]]
    turned = re.match(r"(?:If|Supposing) (.*), (what [^,]*)\?$", sentences[-1])
    if turned:
        sentences[-1] = f"{turned[2].capitalize()} if {turned[1]}?"
    elif rng.random() < 0.3:
        sentences[-1] = "Work out the following: " + sentences[-1]
    return " ".join(sentences)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "numbers": other_numbers,
    "forms": other_forms,
    "kinds": other_kinds,
    "units": other_units,
    "paraphrase": paraphrase,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", help="sentence encoder; adds the embedding test")
    parser.add_argument("--cosine", type=float, default=0.87, help="threshold of the embedding test")
    parser.add_argument("--figures-cosine", type=float, default=0.75, help="its threshold for equal figures")
    parser.add_argument("--minhash", type=json.loads, default={}, help="settings of the minhash test, as JSON")
    parser.add_argument("--limit", type=int, help="use the first N questions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print this many removed pairs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    questions = [json.loads(line)["question"] for line in options.data.read_text().splitlines()][: options.limit]
    config: dict[str, Any] = {"exact": True, "minhash": options.minhash}
    encode = None
    if options.encoder:
        config["embedding"] = {
            "encoder": options.encoder, "threshold": options.cosine, "figures_threshold": options.figures_cosine
        }  # fmt: skip
        encode = remembered(sentence_encoder(options.encoder))
    figures: dict[str, float] = {"questions": len(questions)}
    for kind, perturb in KINDS.items():
        rng = random.Random(f"{options.seed} {kind}")
        perturbed = [(source, perturb(question, rng)) for source, question in enumerate(questions)]
        perturbed = [(source, text) for source, text in perturbed if text != questions[source]]
        result = decontaminate([text for _, text in perturbed], questions, config, encode)
        found = {collision.index: collision.other for collision in result.ledger}
        figures[f"recall_{kind}"] = len(found) / len(perturbed)
        figures[f"wrong_{kind}"] = sum(perturbed[row][0] != other for row, other in found.items()) / len(perturbed)
        for row in result.kept[: options.show]:
            print(f"missed ({kind}):\n  {questions[perturbed[row][0]]}\n  {perturbed[row][1]}")
    removed = deduplicate(questions, config, encode=encode).ledger
    figures["removed"] = len(removed) / len(questions)
    for collision in removed[:: max(1, len(removed) // max(1, options.show))] if options.show else []:
        print(f"removed ({collision.test}, {collision.similarity:.2f}):")
        print(f"  {questions[collision.other]}\n  {questions[collision.index]}")
    emit("dedup_quality", figures, options.json, ["numpy", "datasketch", "transformers"])


def remembered(encode: Callable[[list[str]], Any]) -> Callable[[list[str]], Any]:
    """An encoder that encodes no text twice."""
    import numpy as np

    seen: dict[str, Any] = {}

    def encode_new(texts: list[str]) -> Any:
        if new := sorted({text for text in texts if text not in seen}):
            seen.update(zip(new, encode(new), strict=True))
        return np.stack([seen[text] for text in texts])

    return encode_new


if __name__ == "__main__":
    main()
