"""Each cross-field rule: silent on the defaults, one line when broken, silent about keys that are wrong already."""

import pytest

from crescent.config.load import examine, to_config
from crescent.errors import ConfigError

GOOD: dict = {
    "model": {"context": 4096},
    "questions": {"bait": "Ask.", "rewrite": "{question} {other}"},
    "voting": {"prompt": "{question}"},
}

BAND = {"min_agreement": 0.3, "max_agreement": 0.8}
BROKEN = {
    "proposer without a band": (
        {"questions": {"proposer": {"min_agreement": 0.3}}},
        "questions.proposer needs a band of agreement, and questions.proposer.max_agreement is null: take proposer",
    ),
    "band upside down": (
        {"questions": {"proposer": {"min_agreement": 0.8, "max_agreement": 0.3}}},
        "questions.proposer.min_agreement=0.8 is above questions.proposer.max_agreement=0.3: no question could be in",
    ),
    "band between two votes": (
        {"questions": {"proposer": {"min_agreement": 0.4, "max_agreement": 0.6}}, "voting": {"samples": 3}},
        "no number of votes of voting.samples=3 is an agreement from 0.4 to 0.6 (questions.proposer): take more",
    ),
    "proposer of another source": (
        {"questions": {"proposer": BAND}, "source": {"use": "empty"}},
        "questions.proposer learns to answer the bait, and source.use=empty asks otherwise: take source=bait or",
    ),
    "proposer in one round": (
        {"questions": {"proposer": BAND}, "rounds": 1},
        "questions.proposer asks from the second round on: take rounds=2 or more, or proposer=none",
    ),
    "proposer on a server that runs": (
        {
            "questions": {"proposer": BAND},
            "backend": {"name": "server", "url": "http://h/v1"},
            "student": {"context": 4096},
        },
        "questions.proposer: a server that runs already writes with the model it serves, not with a proposer: let",
    ),
    "dev_task among tasks": ({"evaluation": {"dev_task": "nano_math"}}, "evaluation.dev_task=nano_math is also in"),
    "task twice": ({"evaluation": {"tasks": ["a", "a"]}}, r"evaluation.tasks=[a,a] names a task twice"),
    "gate without benchmark": ({"evaluation": {"dev_task": ""}}, "evaluation.gate.enabled=true needs"),
    "guard task equal to the dev task": (
        {"evaluation": {"guard_task": "nano_dev"}},
        "evaluation.guard_task=nano_dev is evaluation.dev_task itself: name another benchmark",
    ),
    "guard task that is reported": (
        {"evaluation": {"guard_task": "nano_skills"}},
        "evaluation.guard_task=nano_skills is also in evaluation.tasks",
    ),
    "guard task without a base": (
        {"evaluation": {"guard_task": "nano_skills_dev", "base": False}},
        "evaluation.guard_task=nano_skills_dev is compared with the base model: it needs evaluation.base=true",
    ),
    "guard task of no name": ({"evaluation": {"guard_task": ""}}, "evaluation.guard_task is empty"),
    "no room in the student": (
        {"student": {"context": 64}, "evaluation": {"max_new_tokens": 64}, "training": {"max_length": 32}},
        "evaluation.max_new_tokens=64 leaves no room for a prompt in student.context=64",
    ),
    "pairs too long for the student": (
        {"student": {"context": 1024}},
        "training.max_length=2048 is more than student.context=1024",
    ),
    "variation of nothing": ({"questions": {"vary": "Vary it."}}, "questions.vary does not contain {question}"),
    "system message in plain text": (
        {"model": {"context": 4096, "system": "Be brief.", "chat_template": "plain"}},
        "model.system has no place in plain text: put it into the prompts",
    ),
    "system message for a server": (
        {
            "model": {"context": 4096, "system": "Be brief."},
            "backend": {"name": "server", "url": "http://h/v1"},
            "rounds": 1,
        },
        "model.system: backend.endpoint=chat leaves the chat template to the server; take completions",
    ),
    "plain text for a chat server": (
        {
            "model": {"context": 4096, "chat_template": "plain"},
            "backend": {"name": "server", "url": "http://h/v1"},
            "rounds": 1,
        },
        "model.chat_template=plain: backend.endpoint=chat would make a conversation of it; take completions",
    ),
    "no day": ({"student": {"context": 4096, "date": "today"}}, "student.date=today: must be a day as YYYY-MM-DD"),
    "stop at nothing": ({"voting": {"sampling": {"stop": ["\n", ""]}}}, "voting.sampling.stop has an empty text"),
    "claim without arms": ({"stage": "claim"}, "stage=claim has nothing to compare"),
    "arm that is no folder": ({"stage": "claim", "claim": {"arms": {"A/b": ""}}}, "claim.arms: 'A/b' names folders"),
    "claim in an ordinary run": ({"claim": {"arms": {"method": ""}}}, "claim has no effect in an ordinary run: write"),
    "audit in a run that may learn from it": (
        {"audit": {"data": "x.jsonl"}, "evaluation": {"contamination": None}},
        "audit.data=x.jsonl is to be kept out of training: it needs evaluation.contamination, such as",
    ),
    "target out of reach": (
        {"questions": {"target": 20000, "max_waves": 12}},
        "questions.target=20000 cannot be reached: questions.max_waves=12 of questions.wave_size=512 write 6144 at",
    ),
    "empty name": ({"name": " "}, "name= : the name of the run's folder begins with it"),
    "name that leads up": ({"name": ".."}, "name=..: the name of the run's folder begins with it"),
    "long name": ({"name": "n" * 300}, f"name={'n' * 57}...: must be at most 100 characters long; it has 300"),
    "no output folder": ({"output_dir": ""}, "output_dir is empty: write output_dir=."),
    "no run folder": ({"run_dir": ""}, "run_dir is empty: name a folder"),
    "server without address": (
        {"backend": {"name": "server"}, "rounds": 1},
        "backend.url: backend=server needs the API's address",
    ),
    "address of another kind": (
        {"backend": {"name": "server", "url": "localhost:8000"}, "rounds": 1},
        "backend.url=localhost:8000: must begin with http",
    ),
    "key in the address": (
        {"backend": {"name": "server", "url": "https://me:open-sesame@host/v1"}, "rounds": 1},
        "backend.url: keys belong into the environment",
    ),
    "server in later rounds": (
        {"backend": {"name": "server", "url": "http://host/v1"}},
        "rounds=2: a server that runs already writes with the model it serves",
    ),
    "a further server's address": (
        {"backend": {"name": "server", "url": "http://host/v1", "urls": ["host/v1"]}, "rounds": 1},
        "backend.urls=host/v1: must begin with http",
    ),
    "a server that runs and one to start": (
        {"backend": {"name": "server", "urls": ["http://host/v1"], "command": "serve {model} {port}"}},
        "backend.urls is where a server runs already, and backend.command starts one: give one of them",
    ),
    "a command for another backend": (
        {"backend": {"command": "serve {model} --port {port}"}},
        "backend.command starts a server: take backend=server with it",
    ),
    "a command without its fields": (
        {"backend": {"name": "server", "command": "serve me --port 8000"}},
        "backend.command=serve me --port 8000: lacks {model} and {port}",
    ),
    "a command with other fields": (
        {"backend": {"name": "server", "command": "serve {model} {port} --name {nmae} --more '{\"a\": 1}'"}},
        "backend.command: {nmae} is not known",
    ),
    "a command that is cut": (
        {"backend": {"name": "server", "command": "serve {model} --port {port} 'x"}},
        "backend.command: cannot be split into words (No closing quotation)",
    ),
    "a command that is a model": (
        {"backend": {"name": "server", "command": "{model} --port {port}"}},
        "backend.command: begins with the program",
    ),
    "adapters of a whole training": (
        {"backend": {"name": "server", "url": "http://host/v1", "adapters": True}},
        "backend.adapters needs training.method=lora",
    ),
    "adapters that are not kept": (
        {"backend": {"name": "server", "url": "http://host/v1", "adapters": True}, "training": {"method": "lora"}},
        "backend.adapters needs training.lora.keep_adapter=true",
    ),
    "adapters for a server that is started": (
        {"backend": {"name": "server", "command": "serve {model} {port}", "adapters": True}},
        "backend.adapters needs a server that runs already",
    ),
    "a key in the command": (
        {"backend": {"name": "server", "command": "serve {model} --port {port} --api-key=open-sesame"}},
        "backend.command: keys belong into the environment",
    ),
    "engines on the same devices": (
        {"backend": {"name": "vllm", "tensor_parallel": 2}, "trainer": {"devices": 2}, "executor": "process"},
        "backend.tensor_parallel=2 takes all devices for one engine",
    ),
    "engine's argument that the run sets": (
        {"backend": {"engine": {"max_model_len": 99}}},
        "backend.engine.max_model_len is set by the run: model.context says it",
    ),
    "engines in one process": (
        {"backend": {"engine": {"data_parallel_size": 2}}},
        "backend.engine.data_parallel_size is set by the run: for an engine on each of several GPUs give executor=proc",
    ),
    "secret of the engine": (
        {"backend": {"environment": {"HF_TOKEN": "abc"}}},
        "backend.environment.HF_TOKEN: secrets stand in no file",
    ),
    "variable of several values": (
        {"backend": {"environment": {"A": [1]}}},
        "backend.environment.A=[1]: must be a text, a number, true or false",
    ),
    "GPUs of one engine": (
        {"backend": {"environment": {"CUDA_VISIBLE_DEVICES": "0"}}},
        "backend.environment.CUDA_VISIBLE_DEVICES is set by the run",
    ),
    "empty band": ({"voting": {"min_agreement": 0.9, "max_agreement": 0.5}}, "voting.min_agreement=0.9 is above"),
    "more votes than samples": ({"voting": {"min_votes": 9}}, "voting.min_votes=9 is more than voting.samples=8"),
    "votes above the band": (
        {"voting": {"min_votes": 7, "max_agreement": 0.5}},
        "voting.min_votes=7 of voting.samples=8 is above",
    ),
    "representative without vote": (
        {"label": {"use": "first"}, "voting": {"representative": "shortest"}},
        "voting.representative=shortest needs a vote",
    ),
    "adaptive without vote": (
        {"label": {"use": "first"}, "voting": {"adaptive": "lossless"}},
        "voting.adaptive=lossless needs a vote",
    ),
    "soft without votes": (
        {"label": {"use": "soft"}, "voting": {"samples": 1, "min_votes": 1}},
        "label=soft weighs by shares of votes; voting.samples=1 has none",
    ),
    "shares of a few samples": (
        {"label": {"use": "soft"}, "voting": {"adaptive": "lossless"}},
        "voting.adaptive=lossless saves samples, and label=soft needs every one",
    ),
    "a rewording of nothing": (
        {"label": {"use": "views", "prompt": "Say it again."}},
        "label.prompt does not contain {question}",
    ),
    "one voter": (
        {"label": {"use": "models", "earlier": 0}},
        "label=models has one voter: give label.earlier or label.paths",
    ),
    "a schedule without rounds": (
        {"select": {"use": "schedule", "least": []}},
        "select: least is empty",
    ),
    "a step that is wrong": (
        {"select": {"use": "chain", "steps": [{"use": "all"}, {"use": "margin", "least": 2}]}},
        "select.steps[1].least=2: must be a number from 0 to 1",
    ),
    "no steps": ({"select": {"use": "chain"}}, "select.steps is empty"),
    "greedy bait": ({"questions": {"sampling": {"temperature": 0}}}, "questions.sampling.temperature=0 makes"),
    "greedy votes": ({"voting": {"sampling": {"temperature": 0}}}, "voting.sampling.temperature=0 makes"),
    "greedy samples of tasks": (
        {"evaluation": {"sampled": {"nano_math": 4}, "sampling": {"temperature": 0}}},
        "evaluation.sampling.temperature=0 makes all evaluation.sampled of a problem the same",
    ),
    "greedy samples of the dev task": (
        {"evaluation": {"samples": 4, "sampling": {"temperature": 0}}},
        "evaluation.sampling.temperature=0 makes all evaluation.samples of a problem the same",
    ),
    "replies that leave no room": (
        {"evaluation": {"sampling": {"max_new_tokens": 32768}}},
        "evaluation.sampling.max_new_tokens=32768 leaves no room for a prompt in model.context=4096",
    ),
    "unchecked rewrites": (
        {"questions": {"recheck_rewrites": False, "max_rewrites": 3}},
        "questions.max_rewrites=3 has no meaning",
    ),
    "no room for a prompt": (
        {"evaluation": {"max_new_tokens": 4096}},
        "evaluation.max_new_tokens=4096 leaves no room for a prompt in model.context=4096",
    ),
    "training beyond the context": ({"training": {"max_length": 5000}}, "training.max_length=5000 is more than"),
    "empty bait": ({"questions": {"bait": " "}}, "questions.bait is empty"),
    "rewrite without fields": (
        {"questions": {"rewrite": "again"}},
        "questions.rewrite does not contain {question} and",
    ),
    "prompt without question": ({"voting": {"prompt": "Solve."}}, "voting.prompt does not contain {question}"),
    "micro batch": (
        {"training": {"packing": False, "batch_size": 4, "micro_batch_size": 8}},
        "training.micro_batch_size=8 is more than training.batch_size=4",
    ),
    "replay without prompts": (
        {"training": {"replay": {"share": 0.2}}},
        "training.replay.share=0.2 needs training.replay.prompts",
    ),
    "bands without rows": ({"dedup": {"minhash": {"bands": 4}}}, "dedup.minhash.bands and dedup.minhash.rows go"),
    "bands x rows": (
        {"dedup": {"minhash": {"bands": 128, "rows": 4}}},
        "dedup.minhash.bands=128 x dedup.minhash.rows=4",
    ),
}


def merged(left: dict, right: dict) -> dict:
    both = {key: value for key, value in left.items() if key not in right}
    for key, value in right.items():
        both[key] = merged(left.get(key, {}), value) if isinstance(value, dict) else value
    return both


def test_a_good_configuration_breaks_no_rule() -> None:
    assert examine(GOOD)[1] == []


@pytest.mark.parametrize(("values", "start"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_one_line(values: dict, start: str) -> None:
    (mistake,) = examine(merged(GOOD, values))[1]
    assert mistake.text.startswith(start)
    assert "\n" not in mistake.text


def test_one_greedy_sample_is_allowed() -> None:
    assert examine(merged(GOOD, {"voting": {"samples": 1, "min_votes": 1, "sampling": {"temperature": 0}}}))[1] == []


def test_rules_say_nothing_about_wrong_values() -> None:
    (mistake,) = examine(merged(GOOD, {"voting": {"samples": 0, "min_votes": 9}}))[1]
    assert mistake.keys == ("voting.samples",)
    (mistake,) = examine(merged(GOOD, {"training": {"max_length": 4097}, "model": None}))[1]
    assert mistake.keys == ("model",)


def test_to_config_raises_all_of_them() -> None:
    with pytest.raises(ConfigError) as caught:
        to_config(merged(GOOD, {"rounds": 0, "voting": {"min_votes": 9}, "nothing": 1}))
    assert len(caught.value.mistakes) == 3
    assert str(caught.value).startswith("3 mistakes in the configuration:")
    assert caught.value.exit_code == 2
