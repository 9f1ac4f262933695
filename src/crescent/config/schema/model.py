"""The model that improves itself, and how text is drawn from it."""

from dataclasses import dataclass

from crescent.config.schema.option import option, section


@dataclass
class Sampling:
    """How text is drawn from the model: the temperature comes first, then `min_p`, `top_k` and `top_p`, as in vLLM."""

    temperature: float = option(1.0, low=0.0, high=5.0)
    """Logits are divided by it; 0 is greedy decoding."""
    top_p: float = option(1.0, low=0.01, high=1.0)
    """Nucleus: the smallest set of tokens with at least this probability, of what `min_p` and `top_k` have left."""
    top_k: int | None = option(None, low=1)
    """The most likely tokens alone, so many of them; null: all."""
    min_p: float = option(0.0, low=0.0, high=1.0)
    """Only tokens with at least this share of the most likely one's probability; 0: all."""
    max_new_tokens: int = option(512, low=1, high=131072)
    """Longer texts are cut and counted as cut."""
    stop: list[str] = option([])
    """A text ends before the first of these, and was not cut: base models go on with another problem by themselves."""


@dataclass
class Shape:
    """Sizes from which memory and time are planned without the model at hand."""

    parameters: int | None = option(None, low=1)
    """Number of weights, tied ones once; null: read from the model's files, where they are on this machine."""
    active: int | None = option(None, low=1)
    """Of a mixture of experts the weights that a token passes through; null: all, or as the model's files say."""
    layers: int | None = option(None, low=1)
    """Transformer blocks."""
    hidden: int | None = option(None, low=1)
    """Width of the residual stream."""
    kv_heads: int | None = option(None, low=1)
    """Key-value heads per layer."""
    head_dim: int | None = option(None, low=1)
    """Size of a head."""
    vocabulary: int | None = option(None, low=1)
    """Rows of the embedding."""


@dataclass
class Model:
    """A causal language model: of this package, an installed one, a folder, a GGUF file, or a Hugging Face id."""

    name: str = option("nano", affects=("report",))
    """What the report calls the model."""
    path: str = "embedded:nano"
    """`embedded:NAME`, `package:NAME`, a local folder, a GGUF file, or a Hugging Face id."""
    revision: str | None = None
    """Branch, tag or commit on the hub; null: its `main`."""
    dtype: str = option("float32", of=("float32", "bfloat16", "float16"))
    """Precision of generation. Fine-tuning keeps float32 master weights."""
    context: int = option(512, low=16, high=1048576)
    """Longest conversation in tokens, prompt and solution together."""
    chat_template: str | None = None
    """Jinja text that replaces the tokenizer's own chat template; `plain`: none, prompts are given as they are."""
    system: str | None = None
    """A system message before every conversation; null: none, or what the template says by itself."""
    date: str = "2025-01-01"
    """What templates that write today's date take it to be (YYYY-MM-DD): the prompt is the same every day."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model. Off unless you trust its author."""
    think: str = option("keep", of=("keep", "strip", "off"))
    """Reasoning models: `keep` their thoughts in solutions, `strip` them, or ask the template not to think (`off`)."""
    licence: str | None = option(None, affects=())
    """The licence of the weights, for cards and plans."""
    gated: bool = option(False, affects=())
    """Whether the hub gives the weights only to those who accepted the licence; needs a login there."""
    shape: Shape = section(Shape, affects=())
