"""The whole loop: rounds of questions, answers, dataset, training, evaluation, gate."""

from crescent.loop.execution.executor import Executor
from crescent.loop.stages.calls import Stages
from crescent.loop.stages.context import Context
from crescent.loop.stages.gate import Verdicts
from crescent.loop.stages.trained import proposer_after, trained_model
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder


def rounds(context: Context, execute: Executor) -> str | None:
    """The loop. Returns a sentence when it ended before the last round, None otherwise.

    Every stage finds out by itself whether it is finished, so this function reads the same on a first start, after a
    kill, and with more rounds. In a distillation the teacher stays what it is: a further round is more questions of
    the same teacher, and the best student never writes any. A proposer asks from the second round on, and does no more.
    """
    config, stages = context.config, Stages(execute)
    student = best = context.student or context.base
    base = stages.evaluation("base", student) if config.evaluation.base else None
    if base is not None and config.evaluation.samples is not None:
        stages.samples("base", student, base)
    drawn = stages.draws("base", student, base) if base is not None and config.evaluation.sampled else None
    if context.student is not None and config.evaluation.base:
        stages.evaluation("teacher", context.base)
    verdicts = Verdicts(context, base, drawn)
    proposer = context.base
    asked: list[Manifest] = []
    voted: list[Manifest] = []
    taught: list[Manifest] = []
    for number in range(1, config.rounds + 1):
        teacher = best if context.student is None else context.base
        if config.questions.proposer is not None and asked:
            proposer = proposer_after(context, stages.proposer(number, proposer, asked[-1], voted[-1]), proposer)
        asked.append(stages.questions(number, proposer if config.questions.proposer else teacher, asked))
        voted.append(stages.answers(round_folder(number), teacher, asked[-1]))
        if config.audit.data is not None:
            stages.audit(round_folder(number), teacher)
        taught.append(stages.dataset(number, asked[-1], voted[-1], taught))
        begin = student if config.training.start_from == "base" else best
        replayed = stages.replay(number, begin, taught[-1]) if config.training.replay.share else None
        training = stages.training(number, begin, taught[-1], replayed)
        trained = trained_model(context, number, training)
        measured = stages.evaluation(round_folder(number), trained) if trained else None
        if trained is not None and measured is not None and config.evaluation.samples is not None:
            stages.samples(round_folder(number), trained, measured)
        drawn = None
        if trained is not None and measured is not None and config.evaluation.sampled:
            drawn = stages.draws(round_folder(number), trained, measured)
        verdict = verdicts.next(number, training, measured, asked[-1], voted[-1], drawn)
        if trained is not None and verdict.best_round == number:
            best = trained
        if verdict.stop:
            return verdict.stop
    return None
