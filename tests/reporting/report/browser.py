"""A real browser without a window: what a page measures, and what it looks like."""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--disable-dev-shm-usage",
)
MEASURE = """<script>
addEventListener("load", () => {
  const root = document.documentElement;
  const texts = [...document.querySelectorAll("svg.chart text")].map(text => parseFloat(getComputedStyle(text).fontSize)
    * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width);
  const sticking = [...document.querySelectorAll("main *")].filter(one => !one.closest(".scroll > *, svg > *, .hidden")
    && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.tagName + "." + one.className);
  parent.postMessage(JSON.stringify({
    inner: innerWidth, width: root.scrollWidth, height: root.scrollHeight,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    paper: getComputedStyle(document.body).backgroundColor,
    smallest: Math.min(...texts, 99), sticking: sticking.slice(0, 5),
  }), "*");
});
</script>"""
FRAME = """<!doctype html><meta name="color-scheme" content="light dark">
<style>body { margin: 0 } iframe { border: 0; display: block }</style>
<script>addEventListener("message", event => { document.title = event.data; });</script>
<iframe src="%s" width="%d" height="%d"></iframe>"""
"""Holds the page at a phone's width: a browser window itself is never narrower than 500 pixels."""


def executable() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def screenshot(page: Path, target: Path, width: int, height: int, dark: bool) -> Path:
    """A PNG of the page's first `height` pixels; what lies right of a narrow page is empty."""
    _browse(_framed(page, width, height), width, height, dark, f"--screenshot={target}")
    return target


def measure(page: Path, width: int, dark: bool) -> dict[str, Any]:
    """Sizes of the page in CSS pixels, by a script put into a copy of it that allows scripts."""
    text = page.read_text(encoding="utf-8")
    copy = page.with_name(f"measured-{page.name}")
    copy.write_text(re.sub(r"<meta http-equiv=.Content-Security-Policy.[^>]*>", MEASURE, text), encoding="utf-8")
    dom = _browse(_framed(copy, width, 900), width, 900, dark, "--dump-dom")
    found = re.search(r"<title>(\{.*?\})</title>", dom)
    assert found, "the browser did not run the page"
    return dict(json.loads(html.unescape(found[1])))


def _framed(page: Path, width: int, height: int) -> Path:
    frame = page.with_name(f"frame-{width}-{height}-{page.name}")
    frame.write_text(FRAME % (page.name, width, height), encoding="utf-8")
    return frame


def _browse(page: Path, width: int, height: int, dark: bool, *flags: str) -> str:
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            str(executable()),
            *FLAGS,
            scheme,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            *flags,
        ]
        done = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout
