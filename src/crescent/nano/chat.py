"""The tokenizers of the embedded models: byte-level BPE with single digits, special tokens and a chat template."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

BOS, EOS, PAD = "<|bos|>", "<|end|>", "<|pad|>"
SPECIAL_TOKENS = (PAD, BOS, EOS, "<|system|>", "<|user|>", "<|assistant|>")

# A digit is always a token of its own; a sign takes the spaces around it along, so that " + " is one token.
SPLIT = r"\d| ?\p{L}+| ?[^\s\p{L}\d]+ ?|\s+"

CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "<|assistant|>{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}"
    "{% elif message['role'] in ['user', 'system'] %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% else %}{{ raise_exception('nano knows the roles system, user and assistant') }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

STUDENT_CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}"
    "{% elif message['role'] == 'user' %}"
    "{{ '[ask]' + message['content'] + '[reply]' }}"
    "{% else %}{{ raise_exception('the student knows the roles user and assistant') }}{% endif %}"
    "{% endfor %}"
)


class Markers(NamedTuple):
    """The special tokens of a model, padding first, and the template that marks turns with them."""

    pad: str
    bos: str
    eos: str
    turns: tuple[str, ...]
    template: str


NANO = Markers(PAD, BOS, EOS, SPECIAL_TOKENS[3:], CHAT_TEMPLATE)
STUDENT = Markers("<pad>", "<s>", "</s>", ("[ask]", "[reply]"), STUDENT_CHAT_TEMPLATE)


def train_tokenizer(
    texts: Iterable[str], size: int, positions: int, markers: Markers = NANO
) -> "PreTrainedTokenizerFast":
    """A tokenizer of `size` tokens learnt from `texts`, for a model of `positions` positions.

    Every byte is in the alphabet, so any text can be read and `decode(encode(text)) == text`.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[markers.pad, markers.bos, markers.eos, *markers.turns],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=markers.bos,
        eos_token=markers.eos,
        pad_token=markers.pad,
        extra_special_tokens=list(markers.turns),
        chat_template=markers.template,
        clean_up_tokenization_spaces=False,
        padding_side="left",
        model_max_length=positions,
    )
