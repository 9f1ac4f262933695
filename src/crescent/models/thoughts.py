r"""How models mark what they only think, and what they say when that is left out. It is written here and nowhere else.

Most write `<think>` and `</think>` or such a pair with another word in it, Mistral `[THINK]`, Kimi `◁think▷`, Cohere
`<|START_THINKING|>`, Gemma 4 `<|channel>thought`. gpt-oss writes channels: what follows the marks of the channel
`final` is said, all others are thoughts. Some templates open the thoughts in the prompt, so that the reply has the
closing mark alone.
"""

import re

WORDS = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|seed:think)"
OPENS = rf"<{WORDS}>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>|<\|channel>thought"
CLOSES = rf"</{WORDS}>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|begin_of_solution\|>|<\|END_THINKING\|>|<channel\|>"
OPENING, CLOSING = re.compile(OPENS), re.compile(CLOSES)
CHANNEL = "<|channel|>"
FINAL = re.compile(r"<\|channel\|>\s?final\s?(?:<\|constrain\|>\w+)?<\|message\|>")
_CHANNEL_MARK = re.compile(r"<\|(?:channel|message|constrain|start|end)\|>")
_CHANNEL_ENDS = re.compile(r"<\|(?:end|start|return|call)\|>")
_OPEN_AT_THE_END = re.compile(rf"({OPENS})\s*\Z")


def spoken(text: str, think: str) -> str:
    """What is left of a reply for voting and for training pairs: with `think` = "strip" what follows the last thought.

    A reply that was cut within its thoughts says nothing, or what stood before them.
    """
    return without_thoughts(text) if think == "strip" else text


def without_thoughts(text: str) -> str:
    """What a reply says after its thoughts; the text as it is where there are none."""
    if CHANNEL in text:
        final = FINAL.search(text)
        return _CHANNEL_ENDS.split(text[final.end() :], maxsplit=1)[0].strip() if final else ""
    end = max((mark.end() for mark in CLOSING.finditer(text)), default=0)
    opening = OPENING.search(text, end)
    if not end and not opening:
        return text
    return text[end : opening.start() if opening else len(text)].strip()


def thinks(text: str) -> bool:
    """Whether marks of thoughts or of channels stand in a text."""
    return CHANNEL in text or OPENING.search(text) is not None or CLOSING.search(text) is not None


def left_open(prompt: str) -> str | None:
    """The mark with which a prompt opens thoughts at its very end, for the reply to go on with them; or None."""
    found = _OPEN_AT_THE_END.search(prompt)
    return found[1] if found else None


def closing_of(opening: str) -> str:
    """The mark that ends what `opening` begins."""
    others = {
        "<|begin_of_thought|>": "<|end_of_thought|>",
        "<|START_THINKING|>": "<|END_THINKING|>",
        "<|channel>thought": "<channel|>",
    }
    return others.get(opening) or f"{opening[0]}/{opening[1:]}"


def is_mark(token: str) -> bool:
    """Whether a token of a vocabulary is such a mark: to be kept where other special tokens are left out of a text."""
    kinds = (OPENING, CLOSING, _CHANNEL_MARK)
    return token == "<|channel>" or any(kind.fullmatch(token) for kind in kinds)
