"""What rank 0, which alone knows the pool, has the other ranks generate with it: a file per request, in turn."""

from pathlib import Path

import msgspec

from crescent.config.schema import Sampling
from crescent.generation.request import Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.predict import generate
from crescent.run.atomic import publish
from crescent.run.manifest import Manifest
from crescent.run.stage import Stage
from crescent.run.waiting import wait_for

ORDERS = "orders"


class Order(msgspec.Struct):
    """Requests whose shards of `kind` all ranks make together."""

    kind: str
    requests: list[Request]


def give_order(stage: Stage, name: str, order: Order) -> None:
    """Publish an order; orders are followed in the order of their names."""
    publish(stage.scratch / ORDERS / f"{name}.json", msgspec.json.encode(order))


def follow_orders(context: Context, stage: Stage, model: ModelRef, sampling: Sampling) -> Manifest:
    """The part of ranks other than 0: their share of every generation, until the stage is finished."""
    done: set[str] = set()

    def look() -> list[Manifest | Path]:
        orders = (path for path in sorted((stage.scratch / ORDERS).glob("[0-9]*.json")) if path.name not in done)
        return [found for found in (stage.finished(), next(orders, None)) if found is not None]

    while True:
        found = wait_for(look)[0]
        if isinstance(found, Manifest):
            return found
        done.add(found.name)
        try:
            order = msgspec.json.decode(found.read_bytes(), type=Order)
        except FileNotFoundError:  # Rank 0 has finished in the meantime, and cleared up.
            continue
        generate(context, stage, order.kind, ref=model, requests=order.requests, sampling=sampling, title="")
