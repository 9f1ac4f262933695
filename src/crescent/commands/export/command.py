"""`stage=export`: a round's pairs as other learners read them, and its model, in folders of their own."""

import os
import shutil
from pathlib import Path
from typing import Any

from crescent.commands.export.cards import dataset_card, model_card
from crescent.commands.export.conversations import axolotl, dataset_info
from crescent.commands.export.files import as_jsonl, as_parquet
from crescent.commands.export.kinds import KINDS, Kind
from crescent.config.check import read
from crescent.config.schema import Config
from crescent.errors import DamagedError, RunFolderError
from crescent.records import Pair
from crescent.reporting.completed import SUMMARY, summary_of
from crescent.reporting.report.summary import Summary
from crescent.runs import rows
from crescent.runs.atomic import publish_folder
from crescent.runs.folder import stored_config
from crescent.runs.manifest import MANIFEST, Manifest, check_files, read_sealed
from crescent.runs.names import ROUNDS, round_folder, round_number

FOLDER = "exports"


def export(config: Config, folder: Path) -> int:
    """Export from the run in `folder`, and say where to. Returns the exit code.

    Raises:
        RunFolderError: no run, no such round, or no model of it.
        DamagedError: what would be exported is not what the run wrote.
    """
    stored, summary = stored_config(folder), summary_of(folder)
    if stored is None:
        raise RunFolderError(
            f"{folder}: there is no run to export. Repeat the run's own command, or name its folder: 'run_dir=\"...\"'"
        )
    number = _round(config, folder, summary)
    made, _ = read(stored)
    place = Path(config.export.folder) if config.export.folder else folder / FOLDER / round_folder(number)
    _check(folder / round_folder(number) / "dataset")
    if config.export.model and (folder / round_folder(number) / "training" / "model").is_dir():
        _check(folder / round_folder(number) / "training")
    pairs = rows.read(folder / round_folder(number) / "dataset" / "train.jsonl", Pair)
    kind = KINDS[config.export.kind]
    listed = kind.make(list(pairs), made.voting.prompt)
    if not listed:
        raise RunFolderError(f"{folder}: export.kind={config.export.kind} has no rows: {kind.nothing}.")
    format = "parquet" if kind is KINDS["verl"] else config.export.file  # verl reads Parquet alone
    _dataset(place / kind.folder, listed, made, format, number, kind)
    print(f"Pairs:  {place / kind.folder}")
    if config.export.model:
        _model(folder / round_folder(number) / "training" / "model", place / "model", made, summary, number)
        print(f"Model:  {place / 'model'}")
    return 0


def _round(config: Config, folder: Path, summary: Summary | None) -> int:
    there = [round_number(path.parents[1]) for path in folder.glob(f"{ROUNDS}/dataset/{MANIFEST}")]
    made = sorted(number for number in there if number is not None)
    if not made:
        raise RunFolderError(f"{folder}: no round has pairs yet, so there is nothing to export.")
    wanted = config.export.round or (summary.best_round if summary else None) or made[-1]
    if wanted not in made:
        raise RunFolderError(f"{folder}: export.round={wanted} has no pairs; there are {', '.join(map(str, made))}")
    return wanted


def _check(stage: Path) -> None:
    """See that a stage's files are those it wrote. One that is not finished is reported by who needs it."""
    manifest = read_sealed(stage / MANIFEST, Manifest)
    if manifest is None:
        return
    try:
        check_files(stage, manifest)
    except DamagedError as error:
        message = str(error).replace("the same command", "the run's own command")
        raise DamagedError(f"{message} Nothing was exported.") from error


def _dataset(place: Path, listed: list[dict[str, Any]], made: Config, format: str, number: int, kind: Kind) -> None:
    file = f"train.{format}"
    with publish_folder(place) as temporary:
        (temporary / file).write_bytes(as_parquet(listed, kind.columns) if format == "parquet" else as_jsonl(listed))
        if kind is KINDS["conversations"]:
            (temporary / "dataset_info.json").write_bytes(dataset_info(file))
            (temporary / "axolotl.yaml").write_bytes(axolotl(file))
        (temporary / "README.md").write_text(dataset_card(made, number, len(listed), file, kind), encoding="utf-8")


def _model(source: Path, place: Path, made: Config, summary: Summary | None, number: int) -> None:
    if not (source / "config.json").is_file():
        raise RunFolderError(f"{source}: this round has no model; its training was stopped, or is not finished.")
    card = model_card(made, summary, number) if summary else None
    if card is None:
        raise RunFolderError(f"{source}: the run has no {SUMMARY} with this round yet, which the card is written from.")
    with publish_folder(place) as temporary:
        for file in sorted(path for path in source.iterdir() if path.is_file()):
            _link(file, temporary / file.name)
        (temporary / "README.md").unlink(missing_ok=True)
        (temporary / "README.md").write_text(card, encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)
