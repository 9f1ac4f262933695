"""Figures of the gate as trackers have them."""

from crescent.reporting.tracking.benchmarks import verdict


def test_replies_and_the_number_of_warnings_come_with_the_gate() -> None:
    gate = {"accepted": True, "best_round": 2, "dev": 0.5, "best_before": 0.4}
    replies = {"count": 500, "mean_tokens": 24.5, "cut": None, "repeat": 0.01}
    found = verdict({**gate, "alarms": ["one", "two"], "replies": replies}, 2)
    assert (found["gate/alarms"], found["replies/mean_tokens"], found["replies/repeat"]) == (2.0, 24.5, 0.01)
    assert "replies/cut" not in found
    older = verdict(gate, 2)
    assert (older["gate/alarms"], older["dev/best"]) == (0.0, 0.5)
