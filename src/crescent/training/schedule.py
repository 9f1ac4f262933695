"""The learning rate as a pure function of the step."""

import math

from crescent.config.schema import Training


def learning_rate(step: int, steps: int, config: Training) -> float:
    """Learning rate of optimizer step `step` (from 0) of `steps`.

    Rises over the first `warmup` share of the steps, rounded up, reaching the peak with the last of them; then falls
    along a line or a half cosine that would touch zero one step after the last, or stays. No step has rate zero.
    """
    rising = min(math.ceil(config.warmup * steps), steps)
    if step < rising:
        return config.learning_rate * (step + 1) / rising
    left = (steps - step) / (steps - rising)
    match config.schedule:
        case "linear":
            return config.learning_rate * left
        case "cosine":
            return config.learning_rate * (1 - math.cos(math.pi * left)) / 2
        case _:
            return config.learning_rate
