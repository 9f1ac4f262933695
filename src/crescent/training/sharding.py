"""Weights spread over the ranks: PyTorch's FSDP2 (`fully_shard`, Zhao et al. 2023), there and back.

Each rank keeps its share of every weight, of its gradient and of AdamW's state. A layer's weights come together for its
forward and its backward pass alone.
"""

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch.distributed.tensor import DTensor, distribute_tensor

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.distributed.device_mesh import DeviceMesh


def sharded(model: "nn.Module", mesh: "DeviceMesh") -> Any:
    """A copy of `model` whose weights are spread over `mesh`, on its devices. `model` stays whole, where it is.

    No second whole copy is made: the weights are cut straight out of those of `model`, which all ranks must have equal.
    """
    from torch.distributed.fsdp import fully_shard

    from crescent.private.transformers_internals import blocks

    made = hollow(model)
    for block in blocks(made):
        fully_shard(block, mesh=mesh)
    fully_shard(made, mesh=mesh)
    cut: dict[int, torch.nn.Parameter] = {}  # by the empty weight that each fills, so that tied weights stay tied
    filled = {}
    for name, empty in made.named_parameters(remove_duplicate=False):
        if id(empty) not in cut:
            shard = like_shard(model.get_parameter(name).detach(), empty)
            cut[id(empty)] = torch.nn.Parameter(shard, empty.requires_grad)
        filled[name] = cut[id(empty)]
    made.load_state_dict(filled, strict=False, assign=True)
    return made


def hollow(model: "nn.Module", dtype: torch.dtype | None = None) -> Any:
    """A copy of `model` with weights of the same shapes that hold nothing and take no memory (device "meta").

    `dtype` is what its floating-point weights are said to be; None: what they are.
    """
    # `deepcopy` takes what the memo holds for a weight, so nothing large is copied.
    memo = {}
    for weight in model.parameters():
        kind = dtype if dtype is not None and weight.is_floating_point() else weight.dtype
        nothing = torch.empty_like(weight, device="meta", dtype=kind)
        memo[id(weight)] = torch.nn.Parameter(nothing, weight.requires_grad)
    return copy.deepcopy(model, memo)


def like_shard(whole: "Tensor", shard: "Tensor") -> "Tensor":
    """`whole`, cut and placed as `shard` is; as it is where `shard` is not sharded."""
    if not isinstance(shard, DTensor):
        return whole.to(shard.device)
    there = whole.to(shard.device_mesh.device_type)
    return distribute_tensor(there, shard.device_mesh, shard.placements, src_data_rank=None)


def whole_of(tensor: "Tensor") -> "Tensor":
    """All of a tensor. If it is sharded, every rank has to ask for it at the same time."""
    found = tensor.detach()
    return found.full_tensor() if isinstance(found, DTensor) else found


def collect(made: "nn.Module", model: "nn.Module", keep: bool) -> None:
    """Copy the weights of the sharded `made` back into `model`; ranks that do not `keep` them only give theirs."""
    target = dict(model.named_parameters())
    with torch.no_grad():
        for name, shard in made.named_parameters():
            if shard.requires_grad:
                found = whole_of(shard)
                if keep:
                    target[name].copy_(found)
