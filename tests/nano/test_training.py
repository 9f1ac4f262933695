import torch

from crescent.nano.mixture import Conversation, Conversations, Cycle, Recipe, Reply
from crescent.nano.training import batches, encode

REQUEST = [{"role": "user", "content": "Ann has 3 pens. How many?"}]


def loss_of_one_row(model, tokenizer, conversation, recipe):
    source = Conversations(frozenset())
    source.conversation = lambda index: conversation
    (batch,) = batches(tokenizer, source, recipe)
    with torch.inference_mode():
        return batch.loss(model).item(), batch.weights.sum().item()


def test_branches_in_one_row_cost_what_they_cost_apart(model, tokenizer):
    recipe = Recipe(cycles=(Cycle(1),), batch=1, workers=1, request_weight=0.0)
    replies = [Reply("#### 3", 0.6), Reply("First 3 + 0 = 3. #### 3", 0.4)]
    together, weight = loss_of_one_row(model, tokenizer, Conversation(REQUEST, replies), recipe)
    apart = [loss_of_one_row(model, tokenizer, Conversation(REQUEST, [reply]), recipe) for reply in replies]
    assert abs(together * weight - sum(loss * part for loss, part in apart)) < 1e-3


def test_the_row_is_the_chat_template_followed_by_each_reply(tokenizer):
    conversation = Conversation(REQUEST, [Reply("#### 3", 0.6), Reply("First 3 + 0 = 3. #### 3", 0.4)])
    row = encode(tokenizer, conversation, Recipe())
    for branch, reply in enumerate(conversation.replies, start=1):
        messages = [*REQUEST, {"role": "assistant", "content": reply.text}]
        seen = [token for token in row if token.branch in {0, branch}]
        assert [token.id for token in seen] == tokenizer.apply_chat_template(messages, return_dict=False)
        assert [token.position for token in seen] == list(range(len(seen)))
        first = next(token for token in row if token.branch == branch)
        assert (row[first.parent].branch, first.weight) == (0, reply.share)


def test_workers_share_the_conversations_without_overlap(tokenizer):
    source = Conversations(frozenset())
    one = Recipe(cycles=(Cycle(6), Cycle(2)), batch=8, sorted_batches=2, workers=1)
    two = Recipe(cycles=(Cycle(3), Cycle(1)), batch=8, sorted_batches=2, workers=2)

    def texts(recipe, rank):
        rows = (
            row
            for cycle in (0, 1)
            for batch in batches(tokenizer, source, recipe, cycle, rank)
            for row in batch.ids.tolist()
        )
        return sorted(tokenizer.decode(row).replace("<|pad|>", "") for row in rows)

    assert sorted(texts(two, 0) + texts(two, 1)) == texts(one, 0)
