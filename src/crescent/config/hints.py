"""Keys that people bring along from other programs, and what takes their place here."""

GOES_ON = "leave it out: the same command goes on by itself where it stood"
DATA = "no data goes in, the model writes its questions; `crescent audit` takes audit.data"
HINTS = {
    "wandb": "W&B is switched on with tracking=wandb",
    "tensorboard": "TensorBoard is switched on with tracking=tensorboard",
    "logger": "trackers are switched on with tracking=wandb, tensorboard or csv",
    "resume": GOES_ON,
    "continue": GOES_ON,
    "resume_from": GOES_ON,
    "resume_from_checkpoint": GOES_ON,
    "ckpt_path": GOES_ON,
    "overwrite": "delete the run's folder, or choose another name=...",
    "force": "delete the run's folder, or choose another name=...",
    "dry_run": "plan=true says what a run will take",
    "dataset": DATA,
    "data": DATA,
    "device": "trainer=gpu or trainer=cpu chooses it",
    "gpus": "give trainer.devices and executor=process",
    "model_name_or_path": "give model=chat model.path=...",
    "model_name": "give model=chat model.path=...",
    "max_steps": "the length of a training is training.epochs",
    "bf16": "give training.precision=bf16-mixed",
    "num_samples": "solutions per question are voting.samples",
}
"""Last part of an unknown key -> what to do."""


def hint(key: str) -> str | None:
    """What to do in place of an unknown key, where it is one that people expect."""
    group, _, last = key.rpartition(".")
    if last in ("_target_", "class_path"):
        choose = f"choose {group}=..." if group else "choose a file of a group"
        return f"classes are not named here; {choose}, see --help"
    return HINTS.get(last)
