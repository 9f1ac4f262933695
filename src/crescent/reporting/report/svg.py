"""SVG elements and axes. Colours are CSS classes, so that one chart serves the light and the dark page.

No `xmlns` is written: inside an HTML page none is needed, and the page then holds no address of any kind.
"""

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

from crescent.reporting.report.untrusted import visible

WIDTH, HEIGHT = 340, 224
"""User units of a chart. About one unit is one pixel on a phone, so that text sizes in the style sheet hold there."""


def element(name: str, *children: str, **attributes: object) -> Markup:
    """An element with its text escaped; `class_` loses its underscore, other underscores become hyphens."""
    parts = [Markup('{}="{}"').format(key.rstrip("_").replace("_", "-"), _text(v)) for key, v in attributes.items()]
    opening = Markup(" ").join([Markup(name), *parts])
    return Markup("<{}>{}</{}>").format(opening, Markup("").join(escape(child) for child in children), Markup(name))


def chart(title: str, description: str, *children: str) -> Markup:
    """A whole picture with a name and a description for those who do not see it."""
    named = (element("title", visible(title)), element("desc", visible(description)))
    return element("svg", *named, *children, role="img", viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="chart")


def label(x: float, y: float, text: str, class_: str = "", anchor: str = "middle") -> Markup:
    return element("text", visible(text), x=x, y=y, class_=class_ or "tick", text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, from at or below `low` to at or above `high`."""
    span = max(high - low, 1e-12, abs(high) * 1e-9)
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next((power * times for times in (1, 2, 5) if span / (power * times) <= about), power * 10)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [index * step for index in range(first, last + 1)]


@dataclass(frozen=True)
class Frame:
    """The plotting area and its scale: data `x` from `x0` to `x1`, data `y` from `y0` (bottom) to `y1` (top)."""

    x0: float
    x1: float
    y0: float
    y1: float
    left: float = 46
    right: float = 8
    top: float = 20
    bottom: float = 42

    def x(self, value: float) -> float:
        return self.left + (value - self.x0) / ((self.x1 - self.x0) or 1) * (WIDTH - self.left - self.right)

    def y(self, value: float) -> float:
        return HEIGHT - self.bottom - (value - self.y0) / ((self.y1 - self.y0) or 1) * (HEIGHT - self.top - self.bottom)

    def rows(self, marks: dict[float, str]) -> Markup:
        """Horizontal grid lines with their values at the left."""
        lines = [line(self.left, self.y(mark), WIDTH - self.right, self.y(mark), "grid") for mark in marks]
        names = [label(self.left - 7, self.y(mark) + 4, text, anchor="end") for mark, text in marks.items()]
        return Markup("").join([*lines, *names])

    def under(self, value: float, text: str, row: int = 0, class_: str = "") -> Markup:
        """A label below the area, on the first or second row."""
        return label(self.x(value), HEIGHT - self.bottom + 16 + 15 * row, text, class_)

    def caption(self, text: str) -> Markup:
        """What the horizontal axis counts."""
        return label((self.left + WIDTH - self.right) / 2, HEIGHT - 6, text, "axis")


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
