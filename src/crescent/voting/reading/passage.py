"""The sentences, numbers and results of a solution, found from its end and only as far as they are asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crescent.voting.equality.canonicalization import canonical
from crescent.voting.reading.values import ABBREVIATION, QUANTITY, Value

_STOP = re.compile(rf"[.!?]{ABBREVIATION}(?=[\s*)\]\"'’”]|$)[*)\]\"'’”]*|[。！？]")
_LIST_ITEM = re.compile(
    r"\s*(?:[-*#>•]\s*)*(?:\(?\d{1,2}[.)](?=\s+\S)|(?:\*\*)?(?:Step|Part|Day|Case) \d{1,2}\b[:.]?)", re.I
)
_AFTER_EQUALS = re.compile(r"(?:\\[\[(]|\\(?:text|mathbf|textbf)\{|[*\s{$]|\\\$)*")
_GOES_ON = re.compile(r"\s*(?:[-+*/×÷^(]|x\s|\\times|\\div|\\cdot)\s*[$(]?\s*\d")
NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(slots=True)
class Passage:
    """The text up to the end of the solution, with the results of its equations found from the end as needed."""

    text: str
    start: int
    end: int
    results: list[Value] = field(default_factory=list)
    searched: int = -1
    found: dict[tuple[int, int], list[Value]] = field(default_factory=dict)

    def latest(self, before: int) -> Value | None:
        """The last equation's result that ends at or before a position."""
        for result in self.all_results():
            if result.end <= before:
                return result
        return None

    def all_results(self) -> Iterator[Value]:
        """The results that end their chain of equations, from the last to the first."""
        yield from self.results
        position = self.end if self.searched < 0 else self.searched
        while (
            position := max(self.text.rfind("=", self.start, position), self.text.rfind("≈", self.start, position))
        ) >= 0:
            self.searched = position
            value = self.result_at(position + 1)
            if value is not None:
                self.results.append(value)
                yield value
        self.searched = self.start

    def result_at(self, position: int) -> Value | None:
        lead = _AFTER_EQUALS.match(self.text, position, min(self.end, position + 100))
        value = QUANTITY.match(self.text, lead.end() if lead else position, self.end)
        if value is None or _GOES_ON.match(self.text, value.end(), self.end):
            return None
        key = canonical(value[0])
        return Value(value.start(), value.end(), key) if key else None

    def values(self, start: int, stop: int) -> list[Value]:
        if (start, stop) not in self.found:
            matches = QUANTITY.finditer(self.text, start, stop)
            values = (Value(match.start(), match.end(), canonical(match[0])) for match in matches)
            self.found[start, stop] = [value for value in values if value.canonical]
        return self.found[start, stop]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """The sentences with digits in them, from the last to the first."""
        stop = self.end
        while stop > self.start:
            begin = max(self.text.rfind("\n", self.start, stop) + 1, self.start)
            yield from self.sentences_of_line(begin, stop)
            stop = begin - 1

    def sentences_of_line(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        if item := _LIST_ITEM.match(self.text, begin, stop):
            begin = item.end()  # "5. This is the total"
        cuts = [begin, *(match.end() for match in _STOP.finditer(self.text, begin, stop)), stop]
        for number in range(len(cuts) - 2, -1, -1):
            start, end = cuts[number], cuts[number + 1]
            if item := _LIST_ITEM.match(self.text, start, end):
                start = item.end()
            if NUMERAL.search(self.text, start, end):
                yield start, end

    def is_new(self, value: Value, sentence: int) -> bool:
        """Whether a numeral of `value` stands nowhere before its sentence."""
        earlier = {_plain(numeral) for numeral in NUMERAL.findall(self.text, self.start, sentence)}
        return any(_plain(numeral) not in earlier for numeral in NUMERAL.findall(self.text, value.start, value.end))


def _plain(numeral: str) -> str:
    numeral = numeral.replace(",", "")
    return numeral.rstrip("0").rstrip(".") if "." in numeral else numeral
