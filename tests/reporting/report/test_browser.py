"""The page in a real browser: no sideways scrolling, both colour schemes, letters that can be read."""

import struct
import zlib
from pathlib import Path

import pytest

from crescent.reporting.report.page import write
from crescent.reporting.report.summary import read

from . import browser, example

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.executable() is None, reason="no Chromium on the path"),
]
PAPER = {False: (252, 251, 248), True: (22, 23, 22)}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long run with a word that cannot be broken, a wide character and a long name, the layout's enemies."""
    raw = example.summary(5)
    raw["rounds"][4]["samples"][0] |= {"question": "x" * 900, "solution": "W" * 900, "votes": {"9" * 200: 8}}
    raw["rounds"][4]["questions"]["drops"] |= {"a-reason-with-no-end-" * 6 + "o" * 80: 7}
    raw["rounds"][4]["questions"]["written"] += 7
    raw["rounds"][4]["questions"]["collisions"] |= {"w" * 200: 3}
    raw["rounds"][4]["questions"]["warning"] = "w" * 900
    raw["rounds"][4]["dataset"]["contamination"]["checked"] += ["t" * 200]
    raw["config"]["model"] = {"chat_template": "t" * 1500}
    path = tmp_path_factory.mktemp("page") / "report.html"
    write(read(raw), path)
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_the_page_fits_the_screen_in_both_schemes(page: Path, width: int, dark: bool) -> None:
    found = browser.measure(page, width, dark)
    assert found["inner"] == width
    assert found["width"] == width
    assert found["sticking"] == []
    assert found["dark"] is dark
    assert found["paper"] == f"rgb{PAPER[dark]}"
    assert 10 <= found["smallest"] <= 18


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_something_is_drawn_in_ink_on_paper(page: Path, tmp_path: Path, width: int, dark: bool) -> None:
    shot = browser.screenshot(page, tmp_path / "shot.png", width, 1200, dark)
    colours = pixels(shot)
    common = max(colours, key=lambda colour: colours[colour])
    assert common == PAPER[dark]
    assert 0.5 < colours[common] / sum(colours.values()) < 0.99
    assert len(colours) > 50


def pixels(path: Path) -> dict[tuple[int, ...], int]:
    """How often each colour occurs in an 8-bit RGB or RGBA PNG (PNG specification, section 9: the five row filters)."""
    data = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) in ((8, 2), (8, 6))
    size = 3 if kind == 2 else 4
    packed, place = b"", 8
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        packed += data[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += 12 + length
    raw, stride = zlib.decompress(packed), width * size
    above, counts = bytearray(stride), dict[tuple[int, ...], int]()
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], line, above, size)
        for column in range(0, stride, size * 4):
            colour = tuple(line[column : column + 3])
            counts[colour] = counts.get(colour, 0) + 1
        above = line
    return counts


def _unfilter(filter_type: int, line: bytearray, above: bytearray, size: int) -> None:
    for place in range(len(line)):
        left = line[place - size] if place >= size else 0
        corner = above[place - size] if place >= size else 0
        up = above[place]
        if filter_type == 4:
            guess = left + up - corner
            best = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        else:
            best = (0, left, up, (left + up) // 2)[filter_type]
        line[place] = (line[place] + best) & 255
