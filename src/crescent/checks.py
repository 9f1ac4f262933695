"""What the parts have to say about a configuration before anything is made: benchmarks, their data, LSH bands.

`config/` knows nothing of the parts; here they are asked, all of them, without importing a model library.
"""

from crescent.config.schema import Config
from crescent.dedup.settings import mistakes as dedup_mistakes
from crescent.errors import ConfigError
from crescent.evaluation.tasks import check_tasks


def check(config: Config) -> None:
    """Raise `ConfigError` with everything that the parts object to."""
    evaluation = config.evaluation
    names = list(dict.fromkeys([*evaluation.tasks, *([evaluation.dev_task] if evaluation.dev_task else [])]))
    found = dedup_mistakes(config.dedup)
    found += check_tasks(names, evaluation.local_data or {}, evaluation.num_fewshot)
    if found:
        raise ConfigError(found)
