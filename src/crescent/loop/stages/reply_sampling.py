"""How replies to benchmarks are sampled, by the stages `samples` and `draws` alike."""

from dataclasses import replace

from crescent.config.schema import Config, Sampling


def reply_sampling(config: Config, stated: int) -> Sampling:
    """What `evaluation.sampling` says, or else the vote. `stated`: the most tokens that the task itself asks for."""
    own, longest = config.evaluation.sampling, config.evaluation.max_new_tokens or stated
    if own is None:
        return replace(config.voting.sampling, max_new_tokens=longest)
    return Sampling(
        temperature=own.temperature,
        top_p=own.top_p,
        top_k=own.top_k,
        min_p=own.min_p,
        max_new_tokens=own.max_new_tokens or longest,
        stop=config.voting.sampling.stop,
    )
