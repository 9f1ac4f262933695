"""The model that improves itself, and how text is drawn from it."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Sampling:
    """How text is drawn from the model. Temperature 0 is greedy decoding."""

    temperature: float = option(1.0, low=0.0, high=5.0)
    """Logits are divided by it; 0 is greedy decoding."""
    top_p: float = option(1.0, low=0.01, high=1.0)
    """Nucleus: the smallest set of tokens with at least this probability."""
    max_new_tokens: int = option(512, low=1, high=131072)
    """Longer texts are cut and counted as cut."""


@dataclass
class Model:
    """A causal language model: `embedded:NAME` from this package, a local folder, or a Hugging Face id."""

    name: str = "nano"
    """What the report calls the model."""
    path: str = "embedded:nano"
    """`embedded:NAME`, a local folder, or a Hugging Face id."""
    revision: str | None = None
    """Branch, tag or commit on the hub."""
    dtype: str = option("float32", of=("float32", "bfloat16", "float16"))
    """Precision of generation. Fine-tuning keeps float32 master weights."""
    context: int = option(512, low=16, high=1048576)
    """Longest conversation in tokens, prompt and solution together."""
    chat_template: str | None = None
    """Jinja text that replaces the tokenizer's own chat template."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model. Off unless you trust its author."""
