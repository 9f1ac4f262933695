"""Rebuild an embedded model: `python -m crescent.nano.recipe [--model student] --out DIR [--workers 2]`.

One pass over a fixed stream of conversations (see `mixture`), float32 on the CPU. With the same versions, kind of
machine and number of workers the weights come out the same, bit for bit.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.chat import STUDENT, train_tokenizer
from crescent.nano.mixture import Conversations, Cycle, Mixture, Recipe
from crescent.nano.training import run_workers, train

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

STUDENT_CARD = Path(__file__).with_name("student_card.md")

RECIPES = {
    "nano": Recipe(),
    # Another architecture, other sizes and another vocabulary: what a student of nano may well be.
    "student": Recipe(
        mixture=Mixture(bait=0.02, rewrite=0.0, solve=0.8, skills=0.16, several=0.02, bare=0.8),
        architecture="olmo2",
        markers=STUDENT,
        card=STUDENT_CARD,
        workers=1,
        cycles=(Cycle(2400),),
        vocabulary=640,
        hidden=96,
        layers=3,
        key_value_heads=2,
        intermediate=256,
    ),
}


def build(out: Path, recipe: Recipe | None = None) -> None:
    """Write tokenizer, weights and model card into `out` as an ordinary Hugging Face folder. Prints progress lines."""
    recipe = recipe or Recipe()
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(recipe.card, out / "README.md")
    run_workers(out, recipe.workers, build_as_worker, out, recipe)


def build_as_worker(rank: int, out: Path, recipe: Recipe) -> None:
    """What each worker does: all make the same tokenizer and model and train it together; the first one saves it."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    source = Conversations(benchmark_questions(), recipe.mixture)
    rows = (source.conversation(index) for index in range(recipe.tokenizer_conversations))
    texts = (text for row in rows for text in (*(message["content"] for message in row.messages), row.replies[-1].text))
    tokenizer = train_tokenizer(texts, recipe.vocabulary, recipe.positions, recipe.markers)
    model = new_model(recipe, tokenizer)
    train(model, tokenizer, source, recipe, rank)
    if rank == 0:
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)


def new_model(recipe: Recipe, tokenizer: "PreTrainedTokenizerFast") -> "PreTrainedModel":
    """The untrained model, with greedy decoding in its generation configuration."""
    from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    config = AutoConfig.for_model(
        recipe.architecture,
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.key_value_heads,
        intermediate_size=recipe.intermediate,
        max_position_embeddings=recipe.positions,
        tie_word_embeddings=True,
        **special,
    )
    model = AutoModelForCausalLM.from_config(config)
    model.generation_config = GenerationConfig(do_sample=False, **special)
    return model


def main() -> None:
    """Command line of the recipe."""
    parser = argparse.ArgumentParser(prog="python -m crescent.nano.recipe", description="Rebuild the embedded model.")
    parser.add_argument("--model", choices=tuple(RECIPES), default="nano")
    parser.add_argument("--out", type=Path, required=True, help="folder for tokenizer and weights")
    parser.add_argument("--workers", type=int, help="processes (part of what decides the weights)")
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.model]
    build(arguments.out, replace(recipe, workers=arguments.workers or recipe.workers))


if __name__ == "__main__":
    main()
