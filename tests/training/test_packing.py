import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crescent.training.attention import by_document
from crescent.training.examples import Example
from crescent.training.packing import IGNORED, cut_padded, fill_rows, nothing, pack, pad
from crescent.training.prepare import keeps_documents_apart

DOCUMENTS = [Example([7, 8, 9, 10], 2), Example([20, 21, 22], 1), Example([30, 31, 32, 33, 34, 35], 4)]


def losses(model, batch):
    """The loss of every target, row by row, as the training computes it."""
    packed = batch.document_lengths is not None
    more = {"document_lengths": batch.document_lengths} if packed else {}
    with torch.no_grad(), by_document(model, packed):
        logits = model(
            input_ids=batch.input_ids,
            position_ids=batch.position_ids,
            logits_to_keep=batch.columns,
            use_cache=False,
            **more,
        ).logits
    flat = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return flat[batch.targets.flatten() != IGNORED]


def taken(examples, places):
    return [examples[place] for place in places]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 60))
def test_rows_hold_every_item_once_within_capacity(lengths, capacity):
    rows = fill_rows(lengths, capacity)
    assert sorted(item for row in rows for item in row) == list(range(len(lengths)))
    assert all(sum(lengths[item] for item in row) <= capacity for row in rows if len(row) > 1)
    assert rows == fill_rows(list(lengths), capacity)


def test_best_fit_decreasing():
    assert fill_rows([3, 5, 4, 2, 6], 8) == [[4, 3], [1, 0], [2]]


@given(st.lists(st.integers(2, 30), min_size=1, max_size=40), st.integers(1, 8), st.integers(8, 200))
def test_passes_keep_their_limits_and_every_target(lengths, max_rows, max_tokens):
    examples = [Example(list(range(1, length + 1)), 1) for length in lengths]
    padded = [pad(taken(examples, places)) for places in cut_padded(examples, max_rows, max_tokens)]
    packed = [pack(taken(examples, places)) for places in fill_rows(lengths, max_tokens)]
    for batch in padded:
        rows, width = batch.input_ids.shape
        assert rows <= max_rows
        assert rows == 1 or rows * width <= max_tokens
    for batch in packed:
        assert batch.input_ids.shape == (1, sum(batch.document_lengths))
        assert len(batch.document_lengths) == 1 or sum(batch.document_lengths) <= max_tokens
        assert not (batch.targets == IGNORED).any()
    for batches in (padded, packed):
        assert sum(int((batch.targets != IGNORED).sum()) for batch in batches) == sum(lengths) - len(lengths)


def test_layout_of_a_packed_row():
    batch = pack(DOCUMENTS)
    assert batch.input_ids.tolist() == [[7, 8, 9, 10, 20, 21, 22, 30, 31, 32, 33, 34, 35]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3, 4, 5]]
    assert batch.columns.tolist() == [1, 2, 4, 5, 10, 11]
    assert batch.targets.tolist() == [[9, 10, 21, 22, 34, 35]]
    assert batch.document_lengths == [4, 3, 6]


def test_layout_of_padded_rows():
    batch = pad(DOCUMENTS[:2])
    assert batch.input_ids.tolist() == [[7, 8, 9, 10], [20, 21, 22, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3]] * 2
    assert batch.columns.tolist() == [0, 1, 2]
    assert batch.targets.tolist() == [[-100, 9, 10], [21, 22, -100]]


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_loss_of_each_example_is_the_unpacked_one(tiny_model, kind):
    model = tiny_model(kind).eval()
    alone = torch.cat([losses(model, pad([document])) for document in DOCUMENTS])
    for packed in ([DOCUMENTS], [DOCUMENTS[:2], DOCUMENTS[2:]]):
        found = torch.cat([losses(model, pack(documents)) for documents in packed])
        torch.testing.assert_close(found, alone, rtol=0, atol=1e-5)
    torch.testing.assert_close(losses(model, pad(DOCUMENTS)), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_gradient_of_a_packed_row_is_the_sum_of_those_alone(tiny_model, kind):
    def gradients(batches):
        model = tiny_model(kind)
        for batch in batches:
            with by_document(model):
                logits = model(
                    input_ids=batch.input_ids,
                    position_ids=batch.position_ids,
                    logits_to_keep=batch.columns,
                    document_lengths=batch.document_lengths,
                ).logits
            torch.nn.functional.cross_entropy(logits[0], batch.targets[0], reduction="sum").backward()
        return [parameter.grad for parameter in model.parameters()]

    for one, other in zip(
        gradients([pack(DOCUMENTS)]), gradients([pack([document]) for document in DOCUMENTS]), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_no_token_sees_another_document(tiny_model, kind):
    model = tiny_model(kind).eval()
    changed = [DOCUMENTS[0], Example([40, 41, 42], 1), DOCUMENTS[2]]
    logits = []
    for documents in (DOCUMENTS, changed):
        batch = pack(documents)
        with torch.no_grad(), by_document(model):
            out = model(batch.input_ids, position_ids=batch.position_ids, document_lengths=batch.document_lengths)
        logits.append(out.logits[0])
    others = [0, 1, 2, 3, *range(7, 13)]
    assert torch.equal(logits[0][others], logits[1][others])
    assert not torch.allclose(logits[0][4:7], logits[1][4:7])


def test_a_pass_over_nothing_has_no_loss_but_reaches_every_weight(tiny_model):
    model, batch = tiny_model(), nothing()
    logits = model(batch.input_ids, position_ids=batch.position_ids, logits_to_keep=batch.columns).logits
    loss = torch.nn.functional.cross_entropy(logits[0], batch.targets[0], ignore_index=IGNORED, reduction="sum")
    loss.backward()
    assert loss.item() == 0.0
    assert all(torch.equal(p.grad, torch.zeros_like(p)) for p in model.parameters())


def test_models_that_carry_one_document_into_the_next_are_told_apart(tiny_model):
    from transformers import MambaConfig, MambaForCausalLM

    for kind in ("llama", "qwen2"):
        assert keeps_documents_apart(tiny_model(kind))
    mamba = MambaForCausalLM(MambaConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, state_size=4))
    assert not keeps_documents_apart(mamba)
