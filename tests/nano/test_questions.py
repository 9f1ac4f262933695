import json

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.questions import FILE, SEEDS, SIZE, question_rows, write_questions
from crescent.nano.seeds import SEEDS as SEED_PROBLEMS
from crescent.nano.seeds import seed_rows
from crescent.nano.solver import solve


def test_the_file_is_what_the_world_makes(tmp_path):
    write_questions(tmp_path / "questions.jsonl")
    assert (tmp_path / "questions.jsonl").read_bytes() == FILE.read_bytes()


def test_the_questions_are_different_well_posed_and_of_no_benchmark_and_no_seed():
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    assert rows == question_rows()
    questions = {row["question"] for row in rows}
    assert len(questions) == SIZE and all(set(row) == {"question"} for row in rows)
    assert all(solve(question) is not None for question in questions)
    assert not questions & (benchmark_questions() | {row["question"] for row in seed_rows()})


def test_no_other_part_draws_from_these_seeds():
    assert SEEDS.start == SEED_PROBLEMS.stop
