"""One line out of the log of many processes. The causes are as vLLM 0.32 says them, provoked or read in its source."""

import signal

import pytest

from crescent.generation.vllm_log import LONGEST, ended, explained, root_cause

CORE = "(EngineCore pid=11) "
WORKER = "(Worker_TP1 pid=12) "
LEVEL = "ERROR 11-27 22:39:25 [core.py:1510] "
LAST = "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}"


def failed(cause: str, prefix: str = WORKER + LEVEL) -> str:
    """The log of an engine one of whose processes runs into `cause`, and each above it into an error of its own."""

    def traceback(before: str, said: str) -> list[str]:
        lines = [
            "Traceback (most recent call last):",
            '  File "x.py", line 1, in f',
            "    raise it",
            *said.splitlines(),
        ]
        return [before + line for line in lines]

    warned = traceback(
        "(MainProcess pid=10) WARNING 11-27 22:36:11 [base.py:380] ", "ValueError: Tokenizer not available"
    )
    return "\n".join(
        [
            "(MainProcess pid=10) INFO 11-27 22:26:56 [api_utils.py:286] non-default args: {}",
            *warned,
            *traceback(prefix, cause),
            *traceback(CORE + LEVEL, "RuntimeError: Worker failed with error 'what it said'"),
            *traceback(CORE, "RuntimeError: Worker failed with error 'what it said'"),
            *traceback("", LAST),
        ]
    )


CAUSES = {
    "memory of a GPU": (
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        "backend.gpu_memory",
    ),
    "memory that others have": (
        "ValueError: Free memory on device cuda:0 (3.1/79.1 GiB) on startup is less than desired GPU memory",
        "Free memory on device",
        "backend.gpu_memory",
    ),
    "no room for keys and values": (
        "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`.",
        "No available memory for the cache blocks",
        "model.context",
    ),
    "unknown architecture": (
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig\n"
        "  Value error, Model architectures ['FooForCausalLM'] are not supported for now. Supported architectures: "
        f"dict_keys([{', '.join(map(repr, range(999)))}]) [type=value_error, input_value=1]\n",
        "ValidationError: Model architectures ['FooForCausalLM'] are not supported for now. (",
        "backend=transformers",
    ),
    "unsupported precision": (
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for VllmConfig\n"
        "  Value error, torch.float32 is not supported for quantization method fp8. Supported dtypes: [torch.bfloat16] "
        "[type=value_error, input_value=1]\n",
        "torch.float32 is not supported for quantization method fp8.",
        "model.dtype",
    ),
    "value of an argument": (
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for CacheConfig\ncache_dtype\n"
        "  Input should be 'auto' or 'fp8' [type=literal_error, input_value='nonsense', input_type=str]\n",
        "ValidationError: cache_dtype: Input should be 'auto' or 'fp8' (",
        "backend.engine.kv_cache_dtype",
    ),
    "context": (
        "ValueError: User-specified max_model_len (100000) is greater than the derived max_model_len (512).",
        "max_model_len (100000)",
        "lower model.context",
    ),
    "driver": (
        "RuntimeError: The NVIDIA driver on your system is too old (found version 11040): CUDA driver version is "
        "insufficient for CUDA runtime version",
        "The NVIDIA driver on your system is too old",
        "this machine's driver",
    ),
    "another CUDA": (
        "ImportError: libcudart.so.13: cannot open shared object file: No such file or directory",
        "libcudart.so.13",
        "this machine's driver",
    ),
    "package": (
        "ModuleNotFoundError: No module named 'runai_model_streamer'",
        "No module named 'runai_model_streamer'",
        "environment of backend.python",
    ),
    "port": ("OSError: [Errno 98] Address already in use", "Address already in use", "VLLM_PORT"),
    "shared memory": (
        "OSError: [Errno 28] No space left on device: '/dev/shm/psm_12'",
        "No space left on device: '/dev/shm/psm_12'",
        "--shm-size",
    ),
}


@pytest.mark.parametrize("prefix", [WORKER + LEVEL, CORE + LEVEL, "ERROR 11-27 22:39:25 [core.py:1] ", ""])
@pytest.mark.parametrize(("cause", "said", "advice"), CAUSES.values(), ids=CAUSES)
def test_the_first_exception_of_the_deepest_process(cause: str, said: str, advice: str, prefix: str) -> None:
    line = explained(failed(cause, prefix), LAST)
    assert said in line
    assert advice in line
    assert "\n" not in line
    assert len(line) < LONGEST + 200


def test_what_is_only_warned_of_is_no_cause() -> None:
    warned = failed("ValueError: x").split(WORKER)[0]
    assert root_cause(warned) is None
    assert explained(warned, "it ended with code 3") == "it ended with code 3"


def test_an_exception_that_says_nothing_is_named() -> None:
    assert root_cause(failed("AssertionError")) == "AssertionError"


def test_colours_are_no_part_of_it() -> None:
    text = failed("KeyError: 'a'").replace(WORKER, f"\x1b[0;36m{WORKER}\x1b[0;0m")
    assert root_cause(text) == "KeyError: 'a'"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (3, "it ended with code 3"),
        (-signal.SIGKILL, "it ended by SIGKILL: it was killed, most likely for the memory it took"),
        (-signal.SIGILL, "it ended by SIGILL: this build of vLLM uses instructions that the processor lacks"),
        (-signal.SIGSEGV, "it ended by SIGSEGV"),
    ],
)
def test_a_process_that_says_nothing(code: int, said: str) -> None:
    assert ended(code) == said
    assert "--shm-size" in explained("", ended(-signal.SIGBUS))
