from hypothesis import given
from hypothesis import strategies as st

from crescent.runs.redact import HIDDEN, redacted


def test_what_is_hidden() -> None:
    secret = {"HF_TOKEN": "hf_abcdefgh", "SHORT_KEY": "abc", "PATH": "/usr/bin:/bin"}
    values = {
        "api_key": "sk-1",
        "server": {"token": "t", "address": "https://user:pass@host/x", "note": "uses hf_abcdefgh here"},
        "list": ["hf_abcdefgh"],
        "max_tokens": 5,
        "path": "/usr/bin:/bin/abc",
        "api_key_2": None,
    }
    assert redacted(values, secret) == {
        "api_key": HIDDEN,
        "server": {"token": HIDDEN, "address": f"https://{HIDDEN}@host/x", "note": f"uses {HIDDEN} here"},
        "list": [HIDDEN],
        "max_tokens": 5,
        "path": "/usr/bin:/bin/abc",
        "api_key_2": None,
    }


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8), st.text(max_size=20))
def test_a_secret_of_the_environment_is_nowhere(secret: str, around: str) -> None:
    found = redacted({"a": [around + secret + around]}, {"MY_SECRET": secret})
    assert secret not in found["a"][0].replace(HIDDEN, "") or secret in HIDDEN


def test_the_default_configuration_is_left_as_it_is() -> None:
    from dataclasses import asdict

    from tests.conftest import tiny

    assert redacted(asdict(tiny()), {}) == asdict(tiny())
