import json
import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

WORDS = ["<pad>", "<s>", "</s>", "<unk>", "User:", "Bot:", "say", "briefly", "slowly", "####", "then", "Stop"]
CHAT = (
    "{% for m in messages %}{% if m.role == 'user' %}User: {{ m.content }} Bot:"
    "{% else %} {{ m.content }} </s> {% endif %}{% endfor %}"
)


def question(rng: random.Random) -> tuple[str, str, str]:
    """Question, solution and answer. Solutions are right but for multiples of 3; half repeat the number first."""
    number = rng.randrange(20)
    answer = number + 1 if number % 3 == 0 else number
    manner = rng.choice(["briefly", "slowly"])
    aloud = f"{number} then " * (number % 4 + 1) if manner == "slowly" else ""
    tail = rng.choice(["", " Stop then then then then"])
    return f"say {manner} {number}", f"{aloud}#### {number}{tail}", str(answer)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved Llama of 60,000 parameters, trained for seconds: some of its answers are right, and lengths differ."""
    words = WORDS + [str(number) for number in range(20)]
    backend = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    tokenizer.chat_template = CHAT
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(words),
                hidden_size=64,
                intermediate_size=128,
                num_hidden_layers=2,
                num_attention_heads=4,
                max_position_embeddings=128,
                pad_token_id=0,
                bos_token_id=1,
                eos_token_id=2,
            )
        )
        optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
        rng = random.Random(1)
        for _ in range(150):
            texts = [f"User: {q} Bot: {s} </s>" for q, s, _ in (question(rng) for _ in range(32))]
            batch = tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")
            labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
            loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    target = tmp_path_factory.mktemp("model")
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


TASK = """
task: {name}
custom_dataset: !function rows.load
dataset_kwargs:
  file: {name}.jsonl
output_type: generate_until
test_split: test
fewshot_split: test
doc_to_text: question
doc_to_target: answer
fewshot_config:
  doc_to_target: "#### {{{{answer}}}}"
target_delimiter: ""
generation_kwargs:
  until: ["Stop"]
  do_sample: false
  max_gen_toks: 40
filter_list:
  - name: hash
    filter:
      - function: regex
        regex_pattern: "#### ([0-9]+)"
      - function: take_first
  - name: first
    filter:
      - function: regex
        regex_pattern: "([0-9]+)"
      - function: take_first
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.5
"""

CHOICE = """
task: choose
custom_dataset: !function rows.load
dataset_kwargs:
  file: echo.jsonl
output_type: multiple_choice
test_split: test
doc_to_text: question
doc_to_target: answer
doc_to_choice: ["#### 1", "#### 2", "#### 3", "#### 4"]
metric_list:
  - metric: acc
metadata:
  version: 1.0
"""

ROWS = """
from pathlib import Path
from crescent.evaluation.local_data import load as load_files

def load(file, **_):
    return load_files({"test": str(Path(__file__).with_name(file))})
"""


@pytest.fixture(scope="session")
def task_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generative tasks, `echo` and `echo_more`, and one of multiple choice, `choose`."""
    target = tmp_path_factory.mktemp("tasks")
    (target / "rows.py").write_text(ROWS)
    (target / "choose.yaml").write_text(CHOICE.replace("doc_to_target: answer", 'doc_to_target: "#### {{answer}}"'))
    rng = random.Random(2)
    for name, size in (("echo", 60), ("echo_more", 25)):
        (target / f"{name}.yaml").write_text(TASK.format(name=name))
        rows = [{"question": q, "answer": a} for q, _, a in (question(rng) for _ in range(size))]
        (target / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return target
