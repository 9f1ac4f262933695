import shutil
from pathlib import Path

import pytest

import crescent

TASKS = Path(crescent.__file__).parent / "evaluation" / "tasks" / "nano"
NAMES = ["nano_math", "nano_hard", "nano_dev", "nano_skills", "nano_skills_dev"]


@pytest.fixture(scope="module")
def evaluate(model, tokenizer):
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    def run(folder, names, limit, **options):
        return simple_evaluate(
            model=HFLM(pretrained=model, tokenizer=tokenizer, batch_size=64),
            tasks=names,
            task_manager=TaskManager(include_path=str(folder), include_defaults=False),
            apply_chat_template=True,
            bootstrap_iters=0,
            log_samples=True,
            limit=limit,
            **options,
        )

    return run


def test_all_tasks_give_figures_offline_from_any_folder(evaluate, tmp_path, monkeypatch):
    shutil.copytree(TASKS, tmp_path / "tasks")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    results = evaluate(tmp_path / "tasks", NAMES, limit=12)
    for name in NAMES:
        assert 0 <= results["results"][name]["exact_match,answer"] <= 1
        assert [sample["doc"]["id"] for sample in results["samples"][name]] == [f"{name}-{n:04d}" for n in range(12)]


def test_the_answer_is_the_number_after_the_last_marker(evaluate):
    (samples,) = evaluate(TASKS, ["nano_math"], limit=24)["samples"].values()
    for sample in samples:
        reply = sample["resps"][0][0]
        assert sample["filtered_resps"] == [reply.rsplit("#### ", 1)[1]]
        assert sample["exact_match"] == float(sample["filtered_resps"][0] == sample["doc"]["answer"])


def test_few_shot_examples_are_turns_that_end_in_the_marker(evaluate, tokenizer):
    (samples,) = evaluate(TASKS, ["nano_math"], limit=2, num_fewshot=2)["samples"].values()
    prompt = samples[0]["arguments"][0][0]
    assert prompt.count("<|user|>") == prompt.count("<|assistant|>") == 3
    assert prompt.count("<|assistant|>#### ") == 2
    assert prompt.count(tokenizer.bos_token) == 1
