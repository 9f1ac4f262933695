import json
import shutil
from pathlib import Path

import pytest

from crescent.config.schema import Model
from crescent.errors import DamagedError, ModelError
from crescent.models.check import check_model
from crescent.models.locate import locate
from crescent.models.reason import reason
from crescent.nano.wording import BAIT, SOLVE
from tests.models.templates import GEMMA, tokenizer_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(locate("embedded:nano"), tmp_path / "model"))


def rewrite(file: Path, **values: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def screen_message(config: Model, *prompts: str) -> str:
    with pytest.raises(ModelError) as error:
        check_model(config, prompts)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_the_embedded_model_passes() -> None:
    check_model(Model(), [BAIT, SOLVE])


def test_a_limit_that_no_pair_can_meet_is_told() -> None:
    check_model(Model(), learns=("Solve it.", 64))
    with pytest.raises(
        ModelError, match=r"training.max_length=8 leaves no pair: the prompt of each takes at least \d+"
    ):
        check_model(Model(), learns=("Solve it, and say the answer after ####.", 8))


def test_a_tokenizer_of_another_model_is_told(folder: Path) -> None:
    tokenizer_of("llama3").save_pretrained(folder)
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}")
    assert "its tokenizer has 260 tokens and its embedding 891 rows" in screen_message(Model(path=str(folder)))


def test_a_tokenizer_with_more_tokens_than_the_model_is_told(folder: Path) -> None:
    rewrite(folder / "config.json", vocab_size=800)
    assert "they are not of one model" in screen_message(Model(path=str(folder)))


def test_a_context_that_is_too_small_for_a_prompt_is_told() -> None:
    assert "model.context=40 is too small: the prompt that begins with 'Write a word" in screen_message(
        Model(context=39 + 1), BAIT * 3
    )


def test_a_context_beyond_the_models_own_is_told() -> None:
    assert "model.context=1024 is more than the 512 positions" in screen_message(Model(context=1024))


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ("{{ bos_token }}{{ bos_token }}{{ messages[0]['content'] }}", "twice"),
        ("<|user|>", "does not show the user's message"),
        ("{{ raise_exception('no user role') }}", "cannot show a user's message (no user role)"),
        ("{% for %}", "cannot show a user's message"),
    ],
)
def test_a_template_that_cannot_work_is_told(template: str, word: str) -> None:
    assert word in screen_message(Model(chat_template=template))


@pytest.mark.parametrize(
    ("template", "word"),
    [
        (GEMMA, "takes no system message (System role not supported). Put model.system into the prompts."),
        ("{{ bos_token }}{{ messages[-1].content }}", "does not show model.system. Put it into the prompts."),
    ],
)
def test_a_template_that_takes_no_system_message_is_told(template: str, word: str) -> None:
    assert word in screen_message(Model(chat_template=template, system="Be brief."))
    check_model(Model(chat_template=template))


def test_a_template_that_does_not_show_solutions_is_told_to_who_trains() -> None:
    template = "{{ bos_token }}{{ messages[0].content }}"
    check_model(Model(chat_template=template))
    with pytest.raises(ModelError, match=r"does not show the assistant's text .* model\.chat_template"):
        check_model(Model(chat_template=template), learns=("Solve it.", 64))


def test_a_tokenizer_without_a_template_is_told_and_is_good_for_plain_text(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    said = screen_message(Model(path=str(folder)))
    assert said.startswith(f"model.path {folder}: its tokenizer has no chat template. Take prompts=base")
    assert "model.chat_template" in said
    check_model(Model(path=str(folder), chat_template="plain"), ["Problem:"], ("Problem: 1 + 1?", 64))


def test_a_model_that_needs_code_of_its_own_is_told_and_the_code_is_not_run(folder: Path) -> None:
    rewrite(
        folder / "config.json",
        model_type="very_own",
        auto_map={"AutoConfig": "code.Own", "AutoModelForCausalLM": "code.M"},
    )
    (folder / "code.py").write_text("raise SystemExit('this code ran')\n")
    assert "needs Python code that comes with the model" in screen_message(Model(path=str(folder)))


def test_an_architecture_that_is_not_known_is_told(folder: Path) -> None:
    rewrite(folder / "config.json", model_type="very_own")
    assert "does not know its architecture" in screen_message(Model(path=str(folder)))


def test_corrupt_weights_are_told_before_anything_is_loaded(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(DamagedError, match="cut or altered"):
        check_model(Model(path=str(folder)))


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("You are trying to access a gated repo.\nMake sure ...", "model.path a/b: gated"),
        ("v9 is not a valid git identifier (branch name ...", "model.revision v9: a/b has no such branch"),
        ("We couldn't connect to 'https://hub' to load\nCheck ...", "not in the cache, and the hub cannot be reached"),
        ("something new\nin two lines", "model.path a/b: cannot be loaded (something new)"),
        ("", "model.path a/b: cannot be loaded (OSError)"),
    ],
)
def test_what_libraries_say_becomes_one_line(said: str, line: str) -> None:
    found = reason("a/b", "v9", OSError(said))
    assert line in found
    assert len(found.splitlines()) == 1
