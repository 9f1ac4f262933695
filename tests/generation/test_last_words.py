import pytest

from crescent.generation.last_words import last_words

CHAIN = """loading
Traceback (most recent call last):
  File "a.py", line 1, in <module>
    raise ValueError("not: this")
torch.OutOfMemoryError: no room for 3 GiB

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "b.py", line 1
RuntimeError: Engine core initialization failed.
"""
HANDLED = "During handling of the above exception, another"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CHAIN, "torch.OutOfMemoryError: no room for 3 GiB"),
        (
            "\n".join(f"(Engine pid=7) ERROR [core.py:9] {line}" for line in CHAIN.splitlines()),
            "torch.OutOfMemoryError: n",
        ),
        ("INFO: started\nERROR: [Errno 98] address already in use\nINFO: shut down\n", "ERROR: [Errno 98] address alr"),
        ("╭─ Error ───╮\n│ No such option: --prt │\n╰───────────╯\n", "Error"),
        ("one\ntwo   words\n\n", "two words"),
        (
            CHAIN.replace("The above exception was the direct cause of the following", HANDLED),
            "RuntimeError: Engine core",
        ),
        ("Traceback (most recent call last)\n  and no end", "and no end"),
        ("", ""),
        ("-----\n", ""),
    ],
)
def test_the_cause_is_found(text: str, words: str) -> None:
    assert last_words(text).startswith(words)
    assert "\n" not in last_words(text)
    assert len(last_words(text * 50)) <= 200
