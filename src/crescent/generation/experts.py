"""Mixtures of experts whose numbers for one token do not depend on how many others go to the same expert.

Products of very few rows round differently (see `slots.MIN_ROWS`), and how many rows an expert gets is up to the batch.
"""

import torch

from crescent.generation.slots import MIN_ROWS
from crescent.private.transformers_internals import ExpertsInterface, own_forward

NAME = "crescent_slots"


def slot_experts(
    module: torch.nn.Module, hidden_states: torch.Tensor, chosen: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """The model's own experts, with so many tokens besides that each expert gets `MIN_ROWS` more.

    Args:
        hidden_states: (tokens, size).
        chosen: (tokens, k), the experts of each token.
        weights: (tokens, k), their shares.

    Returns:
        (tokens, size).
    """
    tokens, k = chosen.shape
    experts = int(module.num_experts)  # type: ignore[arg-type]
    besides = -(-MIN_ROWS * experts // k)
    turns = torch.arange(besides * k, device=chosen.device, dtype=chosen.dtype).view(besides, k) % experts
    mixed: torch.Tensor = own_forward(module)(
        module,
        torch.cat([hidden_states, hidden_states.new_zeros(besides, hidden_states.shape[1])]),
        torch.cat([chosen, turns]),
        torch.cat([weights, weights.new_zeros(besides, k)]),
    )
    return mixed[:tokens]


ExpertsInterface.register(NAME, slot_experts)
