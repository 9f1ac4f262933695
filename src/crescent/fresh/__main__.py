"""`python -m crescent.fresh`: prints problems with their answers."""

import argparse
import json
from dataclasses import asdict

from crescent.fresh import LEVELS, problems


def main(arguments: list[str] | None = None) -> None:
    """Print the problems that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m crescent.fresh", description="Problems that nobody has seen.")
    parser.add_argument("--seed", type=int, default=0, help="what the problems are drawn from")
    parser.add_argument("--level", type=int, choices=LEVELS, default=3, help="operations of a problem")
    parser.add_argument("--count", type=int, default=5, help="how many problems")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each, with its structure")
    given = parser.parse_args(arguments)
    for problem in problems(given.seed, given.level, given.count):
        if given.json:
            print(json.dumps(asdict(problem), ensure_ascii=False))
        else:
            print(f"{problem.question}\n  {problem.answer}   ({problem.structure})\n")


if __name__ == "__main__":
    main()
