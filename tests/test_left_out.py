"""The line at the end of the tests that says which real parts they went without."""

from tests.left_out import left_out


def test_each_real_part_is_named_once_with_its_tests() -> None:
    reasons = ["real part left out: vLLM (make engine)", "no Chromium on the path", "Skipped: no Chromium on the path"]
    assert left_out(reasons) == "Real parts left out: Chromium (2 skipped), vLLM (1 skipped)"


def test_what_has_no_name_is_said_as_it_is() -> None:
    assert left_out(["Skipped: one core alone"]) == "Real parts left out: one core alone (1 skipped)"
    assert left_out([]) == "Real parts left out: none"
