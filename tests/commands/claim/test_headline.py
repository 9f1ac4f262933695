from crescent.commands.claim.figures import BASE, OverSeeds
from crescent.commands.claim.headline import sentences
from tests.commands.claim.example import claim


def test_the_parts_of_the_gain_add_up_in_the_sentences() -> None:
    headline, parts = sentences(claim())
    assert headline == (
        "method changes nano_math by +42.3 points against the base model (3 seeds, 95 % interval 39.8 to 44.8)."
    )
    assert parts.startswith("That is made of consensus +45.0 points")
    assert "plain self-training +40.0 points" in parts
    assert "format −42.7 points" in parts


def test_without_the_controls_the_arms_are_compared_one_by_one() -> None:
    said = sentences(claim(parts=[]))
    assert said[1].startswith("method against unvoted: +45.0 points")
    assert said[2].startswith("method against shuffled: ")


def test_an_interval_with_zero_in_it_is_no_difference() -> None:
    made = claim()
    doubtful = OverSeeds(task="nano_math", arm="method", against="unvoted", mean=0.02, low=-0.01, high=0.05, n=3)
    made.over_seeds = [
        doubtful if (each.arm, each.against) == ("method", "unvoted") else each for each in made.over_seeds
    ]
    assert any("no difference is shown, between method and unvoted." in sentence for sentence in sentences(made))


def test_one_seed_says_so_and_has_no_interval() -> None:
    said = sentences(claim(seeds=1))
    assert "(1 seed)" in said[0]
    assert "With one seed nothing is known of what another one would give." in said


def test_unequal_effort_and_runs_that_ended_early_are_said() -> None:
    made = claim(unequal=["Seed 1: unvoted learned from 900 pairs in 57 steps, method from 1000 in 63."])
    made.run("shuffled", 2).state, made.run("shuffled", 2).note = "stopped", "no pair is left."
    said = sentences(made)
    assert made.unequal[0] in said
    assert "The run of shuffled with seed 2 ended early: no pair is left." in said


def test_a_seed_whose_rounds_were_all_rejected_is_said() -> None:
    made = claim()
    for figures in made.run("method", 3).rounds:
        figures.in_force = 0
    assert made.number("method", 3) == 2
    assert any("With seed 3 the gate kept the base model" in sentence for sentence in sentences(made))


def test_nothing_measured() -> None:
    assert sentences(claim(over_seeds=[], differences=[], parts=[]))[0] == "Nothing has been measured on nano_math."
    assert claim().mean("method", BASE, "nothing") is None
