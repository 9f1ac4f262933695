"""The pool: every question accepted so far, over all rounds, as an index on disk that new texts are compared with."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Dedup
from crescent.dedup.index import NearDuplicateIndex
from crescent.errors import CrescentError
from crescent.loop.stages.context import Context
from crescent.models.identity import encoder_identity
from crescent.records import Question
from crescent.runs.names import in_order
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage


def open_pool(context: Context, earlier: Sequence[str], stage: Stage, waves: set[int]) -> NearDuplicateIndex:
    """The index over the accepted questions of the `earlier` stages and of this one's finished `waves`.

    The rows of those stages are the truth and the index follows from them: when it holds anything else, as after a
    kill between deciding a wave and publishing it, or cannot be read, it is made again, in the order in which the
    questions came: of several like questions the first is the one a rewrite is asked to differ from.
    """
    folder = context.run.path / "pool"
    folders = [ShardFolder(context.run.path / name / "accepted") for name in earlier]
    finished = (row for row in stage.shards("accepted").stream(Question) if row.wave in waves)
    rows = sorted(chain(_all(folders), finished), key=lambda row: (row.round, row.wave, row.rewrites, in_order(row.id)))
    pool = [(row.id, row.text) for row in rows]
    encode = encoder(context, context.config.dedup)
    index = _there(context, folder, encode)
    if index is None or set(index) != set(pool):
        shutil.rmtree(folder, ignore_errors=True)
        index = NearDuplicateIndex(context.config.dedup, folder, encode)
        # One step for each time the model was asked, as in the first place: the files come out the same.
        for _, step in groupby(rows, key=lambda row: (row.round, row.wave, row.rewrites)):
            together = list(step)
            index.add([row.text for row in together], [row.id for row in together])
    return index


def _there(
    context: Context, folder: Path, encode: Callable[[list[str]], NDArray[np.float32]] | None
) -> NearDuplicateIndex | None:
    """The index on disk, whatever it holds; None, which is said, where it cannot be read."""
    try:
        index = NearDuplicateIndex(context.config.dedup, folder, encode)
        deque(index, maxlen=0)
    except (CrescentError, OSError, ValueError, EOFError, msgspec.MsgspecError) as error:
        context.report.say(f"{folder} cannot be read ({str(error).splitlines()[0]}): made again from the questions")
        return None
    return index


def _all(folders: Iterable[ShardFolder]) -> Iterable[Question]:
    for folder in folders:
        yield from folder.stream(Question)


def encoder(context: Context, dedup: Dedup) -> Callable[[list[str]], NDArray[np.float32]] | None:
    """The configured encoder in its place of the context, loaded when the first text comes; None without that test.

    `model` is the base model, whatever round it is: vectors of two models could not be compared.
    """
    embedding = dedup.embedding
    if embedding is None:
        return None
    [identity] = encoder_input(context, dedup).values()

    def encode(texts: list[str]) -> NDArray[np.float32]:
        from crescent.dedup.encoders import hidden_state_encoder, sentence_encoder

        if embedding.encoder == "model":
            loaded = context.encoder(identity, lambda: context.load(context.base))
            return hidden_state_encoder(loaded.model, loaded.tokenizer, embedding.batch_size)(texts)
        name, size, revision = embedding.encoder, embedding.batch_size, embedding.revision
        return context.encoder(identity, lambda: sentence_encoder(name, size, context.device, revision))(texts)

    return encode


def encoder_input(context: Context, dedup: Dedup | None) -> dict[str, str]:
    """The encoder as an input of a stage, by its content; nothing where none is used."""
    embedding = dedup.embedding if dedup is not None else None
    if embedding is None:
        return {}
    if embedding.encoder == "model":
        return {"encoder": context.base.identity}
    return {"encoder": encoder_identity(embedding.encoder, embedding.revision)}
