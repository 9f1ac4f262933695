"""Rules for what is no question. They reject, each under its own name, and never alter a text.

`crescent.generation.languages` knows numbers and questions in several languages. What is left over from writing one
(thoughts, preambles, headings) is known in English, the label of an answer in German, French and Chinese too.
"""

import re
from collections.abc import Callable, Collection
from typing import Literal

from crescent.config.schema.questions import SCREENS
from crescent.generation.languages import asks, has_quantity
from crescent.models.thoughts import CLOSES, OPENS

CHAT_TOKEN = re.compile(
    r"<\|[\w ]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|<[be]os>|\[/?INST\]|<</?SYS>>|<｜[^｜\n]{1,40}｜>|\[/?[AQ]\]"
)
THOUGHT = re.compile(
    rf"{OPENS}|{CLOSES}"
    r"|\A\W*(?:ok(?:ay)?|alright|hmm|so|well|now|first)?\W*(?:,\s)?(?:i (?:need|have|want|should|will|must|am "
    r"asked|'ll)|let me|let's|the user (?:wants|asks|is asking)"
    r"|we need)\b(?: to| think| start| try)*\s(?:create|come up|write|think|make|generate|design|craft|pose"
    r"|produce|start|a (?:new|math))",
    re.IGNORECASE,
)
DIALOGUE = re.compile(
    r"^[\s>#*]*(?:human|user|assistant|system|ai|bot|chatbot|gpt|model|student|teacher|tutor|instruction"
    r"|response|input|output)(?:[ *]{0,3}\d)?[*]{0,2}\s?:",
    re.IGNORECASE | re.MULTILINE,
)
PREAMBLE = re.compile(
    r"\A[\s*\"'>]*(?:sure|certainly|of course|absolutely|okay|ok|alright|great|gladly|no problem|here you go"
    r"|with pleasure|"
    r"here(?:'s|’s| is| are| goes)|below is|the following is|this is a|i(?:'d| would|’d) be|i(?:'ve| have) "
    r"(?:created|written|rewritten)|"
    r"(?:my|a|the|one|another) (?:new |rewritten |rephrased |revised |possible )+(?:\w+ )?(?:problem|question"
    r"|version|exercise))\b"
    r"(?:[^\n]{0,120}(?:problem|question|exercise|one|version|example|challenge|puzzle"
    r"|scenario)\b[^\n?]{0,60}?[:.!\n]|\s?[!:]|,? here\b)",
    re.IGNORECASE,
)
HEADING = re.compile(
    r"^\s*#{1,6}\s+\S|^\s*(?:step|part) \d{1,2}\s?[:.]|\A[\s*_]*(?:\w+ ){0,3}(?:problem|question|exercise|task"
    r"|title|topic|prompt)(?: ?#?\d{1,3})?[*_]{0,3}\s?[:\n]"
    r"|\A\s*\*\*[^*\n?]{1,60}\*\*\s*\n",
    re.IGNORECASE | re.MULTILINE,
)
SEVERAL = re.compile(
    r"^[\s*#]*(?:(?:problem|question|exercise|q|task)?[ .#]?\d{1,2}[.):]|[a-h][.)])[^\n]{0,600}?\?",
    re.IGNORECASE | re.MULTILINE,
)
NEXT = re.compile(
    r"\n\s*(?:-{3,}|\*{3,}|={3,})\s*\n|^\s*[*_]*(?:another |next |new |second )(?:\w+ )?(?:problem|question"
    r"|exercise)\b[^\n?]{0,40}:|^[\s*#]*(?:problem|question|q)\s?#?[2-9]\b",
    re.IGNORECASE | re.MULTILINE,
)
ANSWER_ATTACHED = re.compile(
    r"####|\\boxed|^[\s*_#>(]*(?:final |correct |the )?(?:answer|solution|explanation|hint|working"
    r"|ans)s?\s?(?:\([^)\n]{0,20}\))?[*_]{0,3}\s*(?:[:=]|$)"
    r"|^[\s*_#>(]*(?:die )?(?:antwort|lösung|ergebnis|réponse|corrigé|答案|解答|解析|答|解)[*_]{0,3}\s*[:：=]"
    r"|[(\[]\s*(?:answer|solution|ans)s?\s?[:=]|\b(?:let's|let us) (?:think|solve|work|break|calculate"
    r"|start)\b|\bstep[- ]by[- ]step\b|^\s*a\s?:\s"
    r"|\b(?:the |final |correct )+(?:answer|solution) (?:is|would be|to th(?:is|e) (?:problem|question) is"
    r"|=)\s*:?[\s$]*[-\d]"
    r"|\bto (?:solve|find|answer|determine) (?:this|the (?:problem|question|answer|total))\b[^\n?]{0,80}, "
    r"(?:we|you|first|start)|\b(?:answer|solution)\s?[:=]\s*[-$]?\d[\d,.]*\W*\Z",
    re.IGNORECASE | re.MULTILINE,
)
AFTER_THE_QUESTION = re.compile(
    r"=\s*\$?\s?\d|^\W*(?:therefore|thus|so|hence|he|she|they)\b[^\n?]{0,100}\d"
    r"|\n\W*(?:first|it|there|we|total|in total|the)\b[^\n?]{0,100}\d",
    re.IGNORECASE,
)
HINT = re.compile(
    r"\A\W*(?:note|hint|assume|round|express|give|use|write|remember|ignore|consider|take|let|where|if|each"
    r"|suppose|answer|your|please|state|do not|\()",
    re.IGNORECASE,
)


def no_question(
    text: str, stop: Literal["stop", "length"], bait: str, checks: Collection[str] = SCREENS, tokens: int = 0
) -> str | None:
    """Why a text that the model wrote, in `tokens` tokens, is no question, or None if it may be one.

    In this order, and apart from the first two only where `checks` names it: `thoughts-alone` (no text, and more tokens
    than the one that ends a reply); `empty`; `cut-off` (the model did not end it
    within the token limit); `prompt-repeated` (it is, or starts with, the bait); `chat-token` (a token of a chat
    template is written out); `thought` (it thinks aloud); `dialogue` (turns of several speakers); `answer-attached` (a
    marker or label of an answer, or a solution after the question); `preamble` ("Sure! Here is a problem");
    `several-questions` (numbered or parted problems); `heading` (a title or label before the question); `no-quantity`
    (no number, in figures or words); `nothing-asked` (no question mark and no word that asks).
    """
    stripped = text.strip()
    if not stripped:
        return "thoughts-alone" if tokens > 1 else "empty"
    if stop == "length" and "cut-off" in checks:
        return "cut-off"
    for reason, found in CHECKS:
        if reason in checks and found(stripped, bait):
            return reason
    return None


def repeated(text: str, bait: str) -> bool:
    """Whether a text is, or starts with, the prompt that asked for it."""
    return bool(bait.strip()) and text.casefold().startswith(bait.strip().casefold())


def answered(text: str) -> bool:
    """Whether an answer or a solution stands in a text: labelled, or in what follows the last question mark."""
    if ANSWER_ATTACHED.search(text):
        return True
    last = max(text.rfind("?"), text.rfind("？"))
    rest = text[last + 1 :] if last >= 0 else ""
    return bool(rest.strip()) and not HINT.match(rest) and AFTER_THE_QUESTION.search(rest) is not None


def several(text: str) -> bool:
    """Whether a text has several numbered problems, or another one after a rule or a label."""
    return len(SEVERAL.findall(text)) > 1 or NEXT.search(text) is not None


CHECKS: tuple[tuple[str, Callable[[str, str], object]], ...] = (
    ("prompt-repeated", repeated),
    ("chat-token", lambda text, _: CHAT_TOKEN.search(text)),
    ("thought", lambda text, _: THOUGHT.search(text)),
    ("dialogue", lambda text, _: DIALOGUE.search(text)),
    ("answer-attached", lambda text, _: answered(text)),
    ("preamble", lambda text, _: PREAMBLE.search(text)),
    ("several-questions", lambda text, _: several(text)),
    ("heading", lambda text, _: HEADING.search(text)),
    ("no-quantity", lambda text, _: not has_quantity(text)),
    ("nothing-asked", lambda text, _: not asks(text)),
)
"""Reasons and their tests on (text, bait), in order."""
