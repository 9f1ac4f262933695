"""Why vLLM's engine failed, in one line, out of the log of its processes.

A fault in the deepest process comes up through those above it, each of which reports one of its own: the last says
"Engine core initialization failed" and the first says what happened. So the first exception in the log is taken.
"""

import re
import signal
from collections import defaultdict
from collections.abc import Iterator

LONGEST = 240
"""Characters of a reason; where it can be, it ends with a sentence."""

PREFIX = re.compile(r"(?P<process>\([^()]*pid=\d+\)) ?")
LEVEL = re.compile(r"(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) \d\d-\d\d \d\d:\d\d:\d\d \[[^\]]*\] ?")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
RAISED = re.compile(r"(?:[A-Za-z_]\w*\.)*(?P<name>[A-Z]\w*)(?:: (?P<said>.*))?$")
TRACEBACK = "Traceback (most recent call last):"

MEMORY = (
    "change backend.gpu_memory (on a CPU backend.engine.kv_cache_memory_bytes), model.context or backend.batch_size"
)
ADVICE = (
    (
        r"CUDA driver version|no kernel image|Found no NVIDIA driver|libcud\w*\.so|Failed to infer device type",
        "take the build of vLLM for this machine's driver, see docs/engines.md",
    ),
    (r"No module named|ImportError", "install it into the environment of backend.python"),
    (r"/dev/shm|[Ss]hared memory|Bus error", "give it more shared memory (docker run --ipc=host or --shm-size=8g)"),
    (r"Address already in use|EADDRINUSE", "another program has the port: set backend.environment.VLLM_PORT"),
    (r"CUBLAS_STATUS_ALLOC|out of memory|[Aa]vailable memory|Free memory|KV cache|cache blocks", MEMORY),
    (
        r"[Aa]rchitectures? .*not supported|does not recognize this arch|Cannot find model module",
        "this vLLM does not know the model: take a newer one, or backend=transformers",
    ),
    (r"max_model_len", "lower model.context"),
    (r"cache_dtype: ", "take another backend.engine.kv_cache_dtype"),
    (r"dtype|[Bb][Ff]loat16|float16|float32|compute capability", "take another model.dtype"),
    (r"does not use offset", "on a CPU leave backend.engine.enable_chunked_prefill off"),
)
"""Pattern in a reason -> what to do; the first that fits."""


def explained(log: str, said: str) -> str:
    """The first exception in `log`, or else what the run was told (`said`), and what to do about it where that is
    known."""
    reason = root_cause(log) or said
    advice = next((advice for pattern, advice in ADVICE if re.search(pattern, reason)), None)
    return f"{reason} ({advice})" if advice else reason


def root_cause(log: str) -> str | None:
    """The first exception in the log, `Name: what it says`; None where none was printed.

    Those that vLLM only warns of do not count.
    """
    lines: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, line in enumerate(log.splitlines()):
        process, text = _spoken(line)
        if text is not None:
            lines[process].append((number, text))
    found = [cause for said in lines.values() if (cause := next(_raised(said), None))]
    return min(found)[1] if found else None


def ended(code: int) -> str:
    """In words that a process ended with `code` and said nothing."""
    if code >= 0:
        return f"it ended with code {code}"
    name = signal.Signals(-code).name
    meanings = {
        "SIGKILL": "it was killed, most likely for the memory it took",
        "SIGBUS": "Bus error, as when there is too little shared memory",
        "SIGILL": "this build of vLLM uses instructions that the processor lacks",
    }
    return f"it ended by {name}" + (f": {meanings[name]}" if name in meanings else "")


def _spoken(line: str) -> tuple[str, str | None]:
    """Which process says it, and the text; None where it is a message of less weight than an error."""
    line = COLOUR.sub("", line)
    process = PREFIX.match(line)
    rest = line[process.end() :] if process else line
    level = LEVEL.match(rest)
    text = rest[level.end() :] if level else rest
    grave = level is None or level["level"] in ("ERROR", "CRITICAL")
    return process["process"] if process else "", text if grave else None


def _raised(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Where each traceback of a process begins, and the exception at its end."""
    begun: int | None = None
    for place, (number, text) in enumerate(lines):
        if text.startswith(TRACEBACK):
            begun = number
        elif begun is not None and text[:1].strip() and (raised := RAISED.match(text)):
            yield begun, _message(raised, [more for _, more in lines[place + 1 : place + 4]])
            begun = None


def _message(raised: "re.Match[str]", following: list[str]) -> str:
    said = raised["said"] or ""
    if re.match(r"\d+ validation errors? for", said) and following:
        # pydantic says which field and what of it in the lines that follow, or what of the whole in the first of them.
        field, what = (re.sub(r" \[type=.*$", "", line.strip()) for line in [*following, ""][:2])
        whole = field.startswith("Value error, ")
        said = field.removeprefix("Value error, ") if whole else f"{field.partition('.')[0]}: {what}"
    if len(said) > LONGEST:
        sentences = said[:LONGEST].rpartition(". ")[0]
        said = f"{sentences}." if len(sentences) > LONGEST // 4 else f"{said[:LONGEST]}..."
    return f"{raised['name']}: {said}" if said else raised["name"]
