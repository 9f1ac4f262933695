"""Requests and scoring apart from each other: what a model is asked, and the same figures from stored replies."""

import json
from math import isnan
from pathlib import Path

import lm_eval
import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from crescent.evaluation.benchmarks import DEFAULT_SEED, Benchmarks
from crescent.evaluation.harness import evaluate
from crescent.evaluation.in_process import InProcess
from crescent.evaluation.isolation import isolated, quiet_libraries
from crescent.evaluation.replies import Replies
from crescent.evaluation.results import Reply

Model = tuple[PreTrainedModel, PreTrainedTokenizerBase]


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def made(model: Model, task_folder: Path, *names: str, context: int = 128, **options: object) -> Benchmarks:
    with isolated(None, DEFAULT_SEED):
        tasks = [str(task_folder / f"{name}.yaml") for name in names]
        return Benchmarks(tasks, model[1], context, **options)  # type: ignore[arg-type]


def altered(task_folder: Path, into: Path, name: str, **settings: object) -> Path:
    """A task like `echo` of another name, with `generation_kwargs` and, by other keys, whatever is given."""
    for file in task_folder.iterdir():
        if file.is_file():
            (into / file.name).write_bytes(file.read_bytes())
    (into / f"{name}.yaml").write_text(json.dumps({"include": "echo.yaml", "task": name, **settings}))
    return into


@pytest.mark.parametrize("options", [{}, {"num_fewshot": 2, "limit": 7}, {"chat_template": False}])
def test_stored_replies_give_the_figures_that_the_model_gives(
    model: Model, task_folder: Path, options: dict[str, object]
) -> None:
    names = ["echo", "choose"]
    benchmarks = made(model, task_folder, *names, **options)
    found = InProcess(*model, batch_size=16).replies(benchmarks.requests, DEFAULT_SEED)
    assert [reply.id for reply in found] == list(benchmarks.requests)
    with isolated(None, DEFAULT_SEED):
        results = benchmarks.results({reply.id: reply for reply in reversed(found)})
    tasks = [str(task_folder / f"{name}.yaml") for name in names]
    assert results == evaluate(model, tasks, batch_size=16, **options)  # type: ignore[arg-type]


def test_ids_name_task_and_item(model: Model, task_folder: Path, tmp_path: Path) -> None:
    benchmarks = made(model, altered(task_folder, tmp_path, "twice", repeats=2), "twice", "choose", limit=2)
    names = [name.partition(":")[2] for name in benchmarks.requests]
    assert names[:4] == ["twice/0.0", "twice/0.1", "twice/1.0", "twice/1.1"]
    assert names[4:] == [f"choose/{item}.{choice}" for item in range(2) for choice in range(4)]
    assert [each.id.partition(":")[2] for each in benchmarks.greedy()] == names[:4]


@pytest.mark.parametrize(
    ("settings", "greedy"),
    [
        ({"until": ["Stop", ""], "max_gen_toks": 9}, True),
        ({"do_sample": False, "temperature": 0.0, "top_p": 0.5, "until": []}, True),
        ({"temperature": 0.7}, False),
        ({"do_sample": True}, False),
        ({"do_sample": False, "num_beams": 2}, False),
        ({"do_sample": False, "repetition_penalty": 1.2}, False),
    ],
)
def test_which_texts_any_greedy_decoder_writes(
    model: Model, task_folder: Path, tmp_path: Path, settings: dict[str, object], greedy: bool
) -> None:
    benchmarks = made(
        model, altered(task_folder, tmp_path, "other", generation_kwargs=settings), "other", context=512, limit=3
    )
    asked = list(benchmarks.greedy())
    assert len(asked) == (3 if greedy else 0)
    if greedy:
        until = tuple(filter(None, settings.get("until", ())))  # type: ignore[call-overload]
        assert {(each.limit, each.until) for each in asked} == {(settings.get("max_gen_toks", 256), until)}


def test_long_prompts_are_cut_as_the_harness_cuts_them(model: Model, task_folder: Path) -> None:
    benchmarks = made(model, task_folder, "echo", num_fewshot=12, limit=4)
    hflm = HFLM(pretrained=model[0], tokenizer=model[1])
    for asked in benchmarks.greedy():
        theirs, _ = hflm.tok_batch_encode([asked.text], left_truncate_len=128 - asked.limit)
        assert list(asked.ids) == theirs[0].tolist()
        assert len(asked.ids) == 128 - 40
        assert asked.text.count("User:") == 13


def test_thoughts_and_what_follows_a_stop_string_are_cut(model: Model) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model[1].name_or_path)
    tokenizer.add_tokens(["</think>"])
    replies = Replies(tokenizer, 128)
    request = Instance("generate_until", {}, ("say", {"until": ["Stop", "\n\n"]}), 0)
    written = {
        "a thought\n\nStop</think> said": "said",
        "one</think>two</think>three</s>four": "three",
        "first\n\nsecond Stop": "first",
        " none ": "none ",
    }
    for text, read in written.items():
        replies.known = {id(request): [Reply(id="x", text=text)]}
        assert replies.generate_until([request]) == [read]


def test_log_probabilities_of_whole_texts_and_such_as_are_no_number(model: Model) -> None:
    requests = {f"t/{number}": Instance("loglikelihood_rolling", {}, (f"say {number}",), number) for number in range(3)}
    found = InProcess(*model, batch_size=2).replies(requests, DEFAULT_SEED)
    with quiet_libraries():
        theirs = HFLM(pretrained=model[0], tokenizer=model[1], batch_size=2).loglikelihood_rolling(
            list(requests.values()), disable_tqdm=True
        )
    assert [reply.logprob for reply in found] == theirs
    replies = Replies(model[1], 128)
    replies.known = {id(requests["t/0"]): [Reply(id="t/0", logprob=None)]}
    [nothing] = replies.loglikelihood_rolling([requests["t/0"]])
    assert isnan(nothing)


def test_sampled_texts_follow_from_the_seed(model: Model, task_folder: Path, tmp_path: Path) -> None:
    settings = {"do_sample": True, "temperature": 1.5, "max_gen_toks": 12}
    benchmarks = made(model, altered(task_folder, tmp_path, "drawn", generation_kwargs=settings), "drawn", limit=6)
    model_here = InProcess(*model, batch_size=4)
    first = model_here.replies(benchmarks.requests, 1)
    assert model_here.replies(benchmarks.requests, 1) == first
    assert model_here.replies(benchmarks.requests, 2) != first


def test_a_group_beside_its_member_has_ids_of_its_own(model: Model, task_folder: Path) -> None:
    """Their settings may differ."""
    alone, beside = (made(model, task_folder, name, limit=1) for name in ("echo", "echo_more"))
    assert not alone.requests.keys() & beside.requests.keys()


def test_reference_is_the_real_harness(model: Model, task_folder: Path) -> None:
    """Same prompts, worked examples included, as `lm_eval.simple_evaluate` makes."""
    ours = made(model, task_folder, "echo", num_fewshot=3, limit=5, seed=7)
    with quiet_libraries():
        theirs = lm_eval.simple_evaluate(
            HFLM(pretrained=model[0], tokenizer=model[1]),
            tasks=["echo"],
            task_manager=TaskManager(include_path=str(task_folder), include_defaults=False),
            num_fewshot=3,
            limit=5,
            apply_chat_template=True,
            fewshot_as_multiturn=True,
            fewshot_random_seed=7,
            bootstrap_iters=0,
        )
    rows = [row for row in theirs["samples"]["echo"] if row["filter"] == "hash"]
    assert [each.text for each in ours.greedy()] == [row["arguments"][0][0] for row in rows]
