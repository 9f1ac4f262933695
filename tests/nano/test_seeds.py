import json

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.plans import KINDS
from crescent.nano.seeds import FILE, SIZE, seed_rows, write_seeds
from crescent.nano.solver import solve


def test_the_file_is_what_the_world_makes(tmp_path):
    write_seeds(tmp_path / "seeds.jsonl")
    assert (tmp_path / "seeds.jsonl").read_bytes() == FILE.read_bytes()


def test_the_seeds_are_different_well_posed_problems_of_no_benchmark():
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    assert rows == seed_rows()
    questions = [row["question"] for row in rows]
    assert len(set(questions)) == SIZE >= len(KINDS)
    assert [str(solve(question)) for question in questions] == [row["answer"] for row in rows]
    assert not benchmark_questions() & set(questions)
