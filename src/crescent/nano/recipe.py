"""Rebuild an embedded model: `python -m crescent.nano.recipe [--model student] --out DIR [--workers 2]`.

One pass over a fixed stream of conversations (see `mixture`), float32 on the CPU. With the same versions, kind of
machine and number of workers the weights come out the same, bit for bit.
"""

import argparse
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.chat import NANO, STUDENT, Markers, train_tokenizer
from crescent.nano.mixture import Conversations, Mixture
from crescent.nano.training import run_workers, train

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CARD = Path(__file__).with_name("model_card.md")
NANO_MIXTURE = Mixture()
STUDENT_CARD = Path(__file__).with_name("student_card.md")


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rates: so many steps, with `rate` times the peak rates of the recipe.

    `free_weight` is the loss on new questions. A token of a solution counts 1.
    """

    steps: int
    rate: float = 1.0
    free_weight: float = 0.5


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights."""

    seed: int = 0
    mixture: Mixture = NANO_MIXTURE
    architecture: str = "llama"  # transformers' model type
    markers: Markers = NANO
    card: Path = CARD
    workers: int = 2  # processes with one thread each; a step takes one batch of each
    cycles: tuple[Cycle, ...] = (Cycle(1875), Cycle(3000, 0.4), Cycle(1000, 0.15, free_weight=2.0))
    tokenizer_conversations: int = 5_000
    vocabulary: int = 1024
    positions: int = 512
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 4
    intermediate: int = 384
    batch: int = 16  # conversations of about the same length
    sorted_batches: int = 16  # batches whose conversations are sorted by length together
    muon_rate: float = 2e-2  # of the matrices in the layers
    adam_rate: float = 4e-3  # of embeddings and norms
    warmup: int = 50  # steps
    weight_decay: float = 0.05
    clip: float = 1.0  # norm of the gradient
    request_weight: float = 0.15  # loss on what the user says


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
