"""The process that compares expressions with math-verify: reads one JSON request a line, writes one JSON reply a line.

Run as a file by `crescent.voting.symbolic`, never imported: it sets limits on its own memory and can be killed at any
moment. A request is `[gold, prediction, seconds]`; one that needs more seconds of computing than that ends the process
by SIGPROF, which no library code can hold up. A reply is `true` or `false`; the first line it writes is "ready".
"""

import json
import logging
import os
import signal
import sys


def limit_memory(megabytes: int) -> None:
    """Refuse this process more address space, where the system can."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass


def main() -> None:
    limit_memory(int(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever the libraries print must not reach the reader of the replies
    logging.disable(logging.CRITICAL)
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    configs = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]

    def same(one: str, other: str) -> bool:
        parsed = [parse(f"${text}$", configs, parsing_timeout=None) for text in (one, other)]
        return any(
            verify(gold, prediction, timeout_seconds=None, allow_set_relation_comp=True)
            for gold, prediction in (parsed, reversed(parsed))
        )

    print(json.dumps("ready"), file=replies)
    for line in sys.stdin:
        one, other, seconds = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            reply = same(one, other)
        except Exception:  # an expression the library cannot take is not equal to anything
            reply = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(reply), file=replies)


if __name__ == "__main__":
    main()
