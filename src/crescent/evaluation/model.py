"""The model as lm-evaluation-harness sees it: its own HFLM, with greedy decoding that drops finished rows."""

from collections.abc import Callable
from typing import Any

import torch
from transformers import DynamicCache

from crescent.evaluation.replies import think_end
from crescent.private.lm_eval_internals import Steps
from crescent.private.transformers_internals import DynamicLayer

SEGMENT = 16
"""Tokens between two looks at which rows have finished."""

Progress = Callable[[int, int], None]
"""Called with the requests done and their number, as soon as that is known. A task with requests of several kinds, one
after the other, has their sum in the end."""


class HarnessModel(Steps):
    """HFLM gives the figures; this class changes only how long finished rows stay and who hears of progress.

    `model.generate` keeps every row until the longest one ends. Here a batch is decoded in segments and rows that
    ended leave between them, keys and values included. The tokens are those of `model.generate` on the whole batch.
    """

    def __init__(self, model: Any, tokenizer: Any, batch_size: int, progress: Progress | None = None) -> None:
        end = think_end(tokenizer)
        super().__init__(pretrained=model, tokenizer=tokenizer, batch_size=batch_size, think_end_token=end)
        self._progress = progress or (lambda done, total: None)
        self._done = self._total = 0

    def generate_until(self, requests: list[Any], disable_tqdm: bool = True) -> list[str]:
        """Texts for the requests, in their order."""
        self._start(len(requests))
        texts: list[str] = super().generate_until(requests, disable_tqdm=True)
        self._advance(self._total - self._done)
        return texts

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = True) -> Any:
        """(log-probability, is it what greedy decoding gives) of each continuation."""
        return super().loglikelihood(requests, disable_tqdm=True)

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = True) -> Any:
        """Log-probabilities of whole texts."""
        return super().loglikelihood_rolling(requests, disable_tqdm=True)

    def score_tokens(self, requests: list[Any], disable_tqdm: bool = True, **options: Any) -> Any:
        """(log-probability, is it what greedy decoding gives) of each continuation."""
        self._start(len(requests))
        scores = super().score_tokens(requests, disable_tqdm=True, **options)
        self._advance(self._total - self._done)
        return scores

    def forward_pass(self, ids: torch.Tensor, **options: Any) -> Any:
        """(rows, length, vocabulary) logits."""
        logits = super().forward_pass(ids, **options)
        self._advance(len(ids))
        return logits

    def generate_tokens(self, context: torch.Tensor, max_length: int, stop: list[str], **options: Any) -> torch.Tensor:
        """(rows, at most `max_length`) token ids: the prompts `context` and what follows, padded."""
        sequences = None
        if not options.get("do_sample") and not options.get("temperature") and options.get("num_beams", 1) == 1:
            sequences = self._greedy(context, max_length, stop, **options)
        if sequences is None:
            sequences = super().generate_tokens(context, max_length, stop, **options)
            self._advance(len(context))
        return sequences

    def _greedy(
        self, context: torch.Tensor, max_length: int, stop: list[str], *, attention_mask: torch.Tensor, **options: Any
    ) -> torch.Tensor | None:
        """As `generate_tokens`; None where the model's cache is of a kind whose rows cannot be dropped."""
        options = {key: value for key, value in options.items() if key not in ("do_sample", "temperature")}
        ends = self.model.generation_config.eos_token_id
        ends = torch.tensor(ends if isinstance(ends, list) else [] if ends is None else [ends], device=context.device)
        rows = torch.arange(len(context), device=context.device)
        sequences = context.new_full((len(context), max_length), self.tokenizer.pad_token_id)
        ids, cache = context, None
        while len(rows):
            output = self.model.generate(
                input_ids=ids,
                attention_mask=attention_mask,
                past_key_values=cache,
                max_length=min(max_length, ids.shape[1] + SEGMENT),
                pad_token_id=self.tokenizer.pad_token_id,
                do_sample=False,
                use_cache=True,
                return_dict_in_generate=True,
                **options,
            )
            ids, cache = output.sequences, output.past_key_values
            if not isinstance(cache, DynamicCache) or any(type(layer) is not DynamicLayer for layer in cache.layers):
                return None
            sequences[rows, : ids.shape[1]] = ids
            new = ids[:, context.shape[1] :]
            if ids.shape[1] >= max_length:
                self._advance(len(rows))
                break
            stopped = [any(word in text for word in stop) for text in self.tokenizer.batch_decode(new)]
            unfinished = ~(torch.isin(new, ends).any(dim=1) | torch.tensor(stopped, device=ids.device))
            ids, rows, attention_mask = ids[unfinished], rows[unfinished], attention_mask[unfinished]
            attention_mask = torch.nn.functional.pad(
                attention_mask, (0, ids.shape[1] - attention_mask.shape[1]), value=1
            )
            if len(rows) < len(unfinished):
                self._advance(len(unfinished) - len(rows))
                cache.batch_select_indices(unfinished.nonzero().squeeze(1))
        return sequences

    def _start(self, total: int) -> None:
        self._total += total
        self._progress(self._done, self._total)

    def _advance(self, count: int) -> None:
        self._done = min(self._total, self._done + count)
        self._progress(self._done, self._total)
