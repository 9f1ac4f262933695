"""The answer to `--help`, written from `conf/` and the schema so that it cannot go stale. No Hydra."""

import textwrap

from crescent.commands.keys import described
from crescent.commands.table import COMMANDS
from crescent.config.slots import PLACE, SLOTS
from crescent.config.tree import Tree, conf_dir

PURPOSE = """\
Crescent lets a language model improve its own mathematical reasoning: it writes questions, votes on its own solutions
and is fine-tuned on what most of them agree on. No seed data, no labels, no other model."""

USAGE = """\
  python -m crescent [COMMAND] [option] [+experiment=NAME] [GROUP=CHOICE ...] [KEY=VALUE ...]
  python -m crescent status [--page | --claims [--html FILE]] [FOLDER ...]
  python -m crescent report FOLDER
  python -m crescent show FOLDER [--find TEXT | --id ID]
  python -m crescent verify FOLDER [--json]
  python -m crescent check-sweep FILE ...
  `crescent` is the same command; the shell completes it after: eval "$(crescent -sc install=bash)\""""

OPTIONS = """\
  -m, --multirun      run every combination of the values given with commas
  -c, --cfg job       show the composed configuration, do not run
  -cd, --config-dir   a folder with groups and experiments of your own
  -i, --info          how the configuration was composed
  --keys [WORD ...]   every key with its default, what it takes and what it means; with a word, those about it;
                      of a step that can be replaced (--keys source) every choice with its settings
  --hydra-help        Hydra's own options
  --version           the version
  -h, --help          this text"""

MOST_USED = (
    "seed",
    "rounds",
    "name",
    "output_dir",
    "model.path",
    "questions.bait",
    "questions.target",
    "questions.max_rewrites",
    "voting.samples",
    "voting.min_agreement",
    "training.pairs",
    "training.max_pairs",
    "training.learning_rate",
    "evaluation.tasks",
    "evaluation.limit",
    "evaluation.gate.enabled",
)

EXAMPLES = """\
  python -m crescent                                    the whole loop on the embedded model
  python -m crescent +experiment=nano_quick             the same, small, to see that it works
  python -m crescent -m seed=1,2,3                      three seeds, three runs
  python -m crescent -m seed=1,2,3 hydra/launcher=slurm        the same, a Slurm job each (docs/slurm.md)
  python -m crescent status outputs                     how the runs in a folder stand; --page: side by side
  python -m crescent show outputs/nano-seed1 --find apples      what became of a question, from first to last
  python -m crescent dedup=none voting.samples=16       another choice of a group, another value of a key
  python -m crescent source=my_package.module:Class source.level=3      a step of your own (docs/extending.md)
  python -m crescent plan +experiment=qwen2_5_0_5b plan.hardware=rtx_4090_24gb    what a run will take, before it
  python -m crescent vote voting.min_agreement=0.6             vote anew on that run's solutions: seconds, no model
  python -m crescent export export.file=parquet export.model=true      that run's pairs and model, with cards
  python -m crescent +experiment=audit audit.data=FILE         what a model's labels are worth, before training on them
  python -m crescent model=chat model.path=FOLDER --cfg job    see what a run with your own model would be"""

OWN = (
    f"{', '.join(SLOTS)} take a class from anywhere on the Python path as {PLACE}, its settings under the key, or the "
    "short name that an installed package declares; --keys GROUP lists what there is."
)

RESULTS = """\
  outputs/NAME-seedSEED[,KEY=VALUE ...]/ has report.html, summary.json and a folder for every round. The same command
  goes on with the same folder; a run that is complete says so."""

EXIT_CODES = """\
  0  done    1  a run failed    2  the command or the configuration is wrong    130  interrupted"""


def help_text() -> str:
    """What `--help` prints."""
    groups = Tree((conf_dir(),)).groups()
    experiments = groups.pop("experiment", [])
    sections = {
        "usage": USAGE,
        "commands": "\n".join(f"  {name:<19} {command.says}" for name, command in COMMANDS.items()),
        "options": OPTIONS,
        "experiments": _wrapped("+experiment", experiments, 16),
        "groups": "\n".join(_wrapped(group, choices, 16) for group, choices in groups.items()),
        "steps of your own": textwrap.fill(OWN, 110, initial_indent="  ", subsequent_indent="  "),
        "keys used most (all: --keys; values of a run: --cfg job)": "\n".join(described(MOST_USED)),
        "examples": EXAMPLES,
        "results": RESULTS,
        "exit codes": EXIT_CODES,
    }
    return "\n\n".join([PURPOSE, *(f"{title}:\n{body}" for title, body in sections.items())])


def _wrapped(name: str, words: list[str], indent: int) -> str:
    return textwrap.fill(
        " ".join(words), 110, initial_indent=f"  {name:<{indent}}", subsequent_indent=" " * (indent + 2)
    )
