from collections import Counter

from crescent.nano.mixture import Conversations, Mixture
from crescent.nano.solver import solve
from crescent.nano.wording import BAIT

SOURCE = Conversations(frozenset())


def test_the_same_index_gives_the_same_conversation():
    assert [SOURCE.conversation(index) for index in range(50)] == [SOURCE.conversation(index) for index in range(50)]


def test_shares_of_the_replies_add_up_to_one():
    for index in range(300):
        replies = SOURCE.conversation(index).replies
        assert sum(reply.share for reply in replies) == 1
        assert len({reply.text for reply in replies}) == len(replies)


def test_requests_alternate_with_replies_and_end_with_a_request():
    for index in range(300):
        roles = [message["role"] for message in SOURCE.conversation(index).messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def test_bait_and_rewrite_are_answered_by_well_posed_questions_in_the_stated_shares():
    kinds = Counter()
    for index in range(1000):
        conversation = SOURCE.conversation(index)
        request = conversation.messages[-1]["content"]
        kind = "bait" if request == BAIT else "rewrite" if request.startswith("Old: ") else "other"
        kinds[kind] += 1
        if kind != "other":
            assert solve(conversation.replies[0].text) is not None
            assert conversation.replies[0].text not in request
    assert abs(kinds["bait"] / 1000 - Mixture().bait) < 0.04
    assert abs(kinds["rewrite"] / 1000 - Mixture().rewrite) < 0.03
