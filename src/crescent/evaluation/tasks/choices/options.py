"""Questions with options: what is asked, which letter is right, and which one a reply chooses."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from crescent.voting import extract_answer

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ASK = "Please reason step by step, and put the letter of your answer within \\boxed{}."
_LETTER = re.compile(r"[\s({$\\]*(?:text|textbf|mathrm|mathbf)?[\s({]*([A-Z])(?:\s*[.:)}$]|\s*\Z)")


def prompt(doc: Mapping[str, Any]) -> str:
    """The question, its options with letters, and how to answer."""
    lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, _options(doc), strict=False)]
    return "\n".join([_question(doc), *lines, "", ASK])


def letter(doc: Mapping[str, Any]) -> str:
    """The letter of the right option."""
    if "answer_letter" in doc:
        return str(doc["answer_letter"]).strip()
    return LETTERS[_options(doc).index(_clean(doc["Correct Answer"]))]


def score(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """`letter`: whether the reply chooses the right option; `answered`: whether it chooses one."""
    chosen = choice(results[0], _options(doc))
    return {"letter": float(chosen == letter(doc)), "answered": float(chosen is not None)}


def choice(reply: str, options: Sequence[str]) -> str | None:
    """The letter that a reply ends with, or that of the option whose words it gives; None where it is neither."""
    answer = extract_answer(reply)
    if answer is None:
        return None
    letters = LETTERS[: len(options)]
    found = answer.value if answer.match == "choice" else None
    if found is None and (match := _LETTER.match(answer.text)) is not None:
        found = match[1]
    if found is not None:
        return found if found in letters else None
    same = [letter for letter, option in zip(letters, options, strict=True) if _plain(option) == _plain(answer.text)]
    return same[0] if len(same) == 1 else None


def thousand(docs: Any) -> Any:
    """The 1,000 rows of a `datasets.Dataset` whose questions have the smallest hashes, in the order of the hashes."""
    questions = docs["question"]
    return docs.select(sorted(range(len(docs)), key=lambda row: _hash(questions[row]))[:1000])


def _question(doc: Mapping[str, Any]) -> str:
    return str(doc["question"] if "question" in doc else doc["Question"]).strip()


def _options(doc: Mapping[str, Any]) -> list[str]:
    if "options" in doc:
        return [str(option).strip() for option in doc["options"]]
    names = ("Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3")
    return sorted((_clean(doc[name]) for name in names), key=lambda option: _hash(_question(doc) + option))


def _clean(option: Any) -> str:
    return re.sub(r"\s+", " ", str(option)).strip()


def _plain(text: str) -> str:
    return re.sub(r"\\text(?:bf)?|[\s${}.]", "", text).casefold()


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
