"""Benchmarks as requests to a model, and as results from its replies: what the harness does before and after."""

import copy
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lm_eval
import msgspec
from transformers import PreTrainedTokenizerBase

from crescent.errors import ConfigError
from crescent.evaluation.drawn import Graded, graded
from crescent.evaluation.loading import load_tasks
from crescent.evaluation.replies import Replies
from crescent.evaluation.results import Reply, TaskResult
from crescent.evaluation.scoring import task_result

DEFAULT_SEED = 1234
"""The harness's own seed for drawing worked examples, so that figures can be compared with published ones."""
HARMLESS = {"do_sample", "temperature", "top_p", "top_k", "min_p", "until", "max_gen_toks"}
"""Settings of a task that every greedy decoder can follow: those of sampling mean nothing to it."""


class Greedy(msgspec.Struct, frozen=True):
    """A text to go on with greedily: the most likely token, at most `limit` times, or up to one of the texts `until`.

    `ids` are the tokens of `text` as the harness makes them, without a beginning that the model's context has no room
    for. `message` is the user's turn where the text is nothing else, in the model's chat template.
    """

    id: str
    text: str
    ids: tuple[int, ...]
    limit: int
    until: tuple[str, ...]
    message: str | None = None


class Benchmarks:
    """Tasks of the harness with their requests made. To be made and used under `isolation.isolated`.

    `requests` maps ids to requests of the harness, in its order: TASK/NUMBER of the item, and what tells them apart
    where an item makes several. `of_item` has the ids of each item's requests by the id that the item has in results.

    Args:
        context: the most tokens that the model takes.

    The other arguments and the errors are those of `harness.evaluate`.
    """

    def __init__(
        self,
        tasks: Sequence[str],
        tokenizer: PreTrainedTokenizerBase,
        context: int,
        *,
        num_fewshot: int | None = None,
        limit: int | None = None,
        max_new_tokens: int | None = None,
        chat_template: bool = True,
        prefer_filter: str = "flexible-extract",
        local_data: Mapping[str, str] | None = None,
        seed: int = DEFAULT_SEED,
    ) -> None:
        self._tokenizer, self._filter, self._limit = tokenizer, prefer_filter, limit
        self._templated = chat_template and tokenizer.chat_template is not None
        self._replies = Replies(copy.deepcopy(tokenizer), context)
        self._messages: dict[str, str] = {}
        self.requests: dict[str, Any] = {}
        self.of_item: dict[str, list[str]] = defaultdict(list)
        with TemporaryDirectory(prefix="crescent-tasks-") as folder:
            self._names, self._loaded = load_tasks(tasks, local_data or {}, Path(folder))
        for task in self._loaded["tasks"].values():
            _configure(task, num_fewshot, max_new_tokens, seed, context)
            self._build(task)
            # A member of a group may be asked for beside the group, with other settings.
            name = task.task_name if task.task_name in tasks else f"{tasks[0]}:{task.task_name}"
            named = _named(name, task.instances)
            self.requests |= named
            for key, request in named.items():
                self.of_item[f"{task.task_name}/{request.doc_id}"].append(key)

    def greedy(self) -> Iterator[Greedy]:
        """The requests that a greedy decoder can answer: for text, and with no setting that changes its choice."""
        for name, request in self.requests.items():
            if request.request_type != "generate_until":
                continue
            settings = self._replies.settings(request)
            if not settings["do_sample"] and not settings.keys() - HARMLESS:
                yield self._text(name, request, settings)

    def texts(self) -> Iterator[Greedy]:
        """All requests for text, however the task would have it decoded: whoever samples says how."""
        for name, request in self.requests.items():
            if request.request_type == "generate_until":
                yield self._text(name, request, self._replies.settings(request))

    def results(self, replies: Mapping[str, Reply]) -> list[TaskResult]:
        """The figures, from a reply to every request by its id; texts are cut as the harness cuts what it decoded."""
        self._know(replies)
        return self.measured(self._replies)

    def graded(self, replies: Mapping[str, Reply], primary: str) -> list[Graded]:
        """Every item of the first task by its metric `primary`, from one reply to every request. May be asked again."""
        self._know(replies)
        for request in self.requests.values():
            request.resps, request.filtered_resps = [], {}
        return graded(self._names[0], self._loaded, self._evaluated(self._replies), primary)

    def measured(self, model: Any) -> list[TaskResult]:
        """The figures of a model class of the harness, one result per task asked for, in their order."""
        results = self._evaluated(model)
        return [task_result(name, self._loaded, results, self._filter, self._tokenizer) for name in self._names]

    def _text(self, name: str, request: Any, settings: Mapping[str, Any]) -> Greedy:
        text, limit = request.args[0], settings["max_gen_toks"]
        room = self._replies.max_length - limit
        tokens, _ = self._replies.tok_batch_encode([text], left_truncate_len=room)
        until = tuple(stop for stop in settings.get("until") or () if stop)
        return Greedy(name, text, tuple(tokens[0].tolist()), limit, until, self._messages.get(text))

    def _know(self, replies: Mapping[str, Reply]) -> None:
        known: dict[int, list[Reply]] = defaultdict(list)
        for name, request in self.requests.items():
            known[id(request)].append(replies[name])
        self._replies.known = known

    def _evaluated(self, model: Any) -> Any:
        # `lm_eval.simple_evaluate` would seed again, look for a git repository, collect a second's worth of facts on
        # the machine, ask the hub for the model, and return None wherever LOCAL_RANK is not 0.
        return lm_eval.evaluate(
            model,
            self._loaded,
            limit=self._limit,
            bootstrap_iters=0,
            apply_chat_template=self._templated,
            fewshot_as_multiturn=self._templated,
        )

    def _build(self, task: Any) -> None:
        """Make the task's requests, once: the harness would make them again, and draw other worked examples."""
        template = self._rendered if self._templated else None
        task.build_all_requests(
            limit=self._limit,
            apply_chat_template=self._templated,
            fewshot_as_multiturn=self._templated,
            chat_template=template,
        )
        task.build_all_requests = lambda **options: None

    def _rendered(self, messages: list[dict[str, str]], **options: Any) -> str:
        text: str = self._replies.apply_chat_template(messages, **options)
        if [message["role"] for message in messages] == ["user"]:
            self._messages[text] = messages[0]["content"]
        return text


def _named(task: str, requests: Sequence[Any]) -> dict[str, Any]:
    """Requests by id; one that the task wants repeated is there as often."""
    repeated = [request for request in requests for _ in range(request.repeats or 1)]
    of_item, numbers = Counter(request.doc_id for request in repeated), Counter[int]()
    named = {}
    for request in repeated:
        item = request.doc_id
        named[f"{task}/{item}.{numbers[item]}" if of_item[item] > 1 else f"{task}/{item}"] = request
        numbers[item] += 1
    return named


def _configure(task: Any, num_fewshot: int | None, max_new_tokens: int | None, seed: int, context: int) -> None:
    """What `lm_eval.simple_evaluate` does with the command line's options."""
    own = task.get_config("num_fewshot")
    if own is None or (num_fewshot is not None and own != 0):
        task.set_config("num_fewshot", num_fewshot or 0)
    task.set_fewshot_seed(seed)
    if task.get_config("output_type") != "generate_until":
        return
    if max_new_tokens is not None:
        task.set_config("generation_kwargs", {"max_gen_toks": max_new_tokens}, update=True)
    asked = task.get_config("generation_kwargs").get("max_gen_toks", 256)
    if asked >= context:
        raise ConfigError(
            [
                f"evaluation.max_new_tokens: {task.task_name} asks for outputs of {asked} tokens, and the model's "
                f"whole context is {context}; set a smaller number"
            ]
        )
