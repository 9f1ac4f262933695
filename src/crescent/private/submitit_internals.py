"""submitit: what it raises when Slurm takes no job."""

NAMES = (
    "submitit.core.job_environment:SignalHandler.checkpoint_and_try_requeue",  # found by `launching.job` as a handler
    "submitit.core.utils:FailedJobError",
    "submitit.core.utils:FailedSubmissionError",
)


def refusals() -> tuple[type[Exception], ...]:
    """The exceptions that say that a job was not taken.

    Raises:
        ImportError: the package is not installed.
    """
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    return FailedJobError, FailedSubmissionError
