import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crescent.errors import ModelError
from crescent.training.examples import Example
from crescent.training.packing import IGNORED, collate, fill_rows, micro_batches
from crescent.training.prepare import check_documents_apart

DOCUMENTS = [Example([7, 8, 9, 10], 2), Example([20, 21, 22], 1), Example([30, 31, 32, 33, 34, 35], 4)]


def losses(model, rows):
    """Loss of every target by (row, column), as the training computes it."""
    batch = collate(rows)
    with torch.no_grad():
        logits = model(
            input_ids=batch.input_ids, position_ids=batch.position_ids, logits_to_keep=batch.columns, use_cache=False
        ).logits
    flat = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return flat[batch.targets.flatten() != IGNORED]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 60))
def test_rows_hold_every_item_once_within_capacity(lengths, capacity):
    rows = fill_rows(lengths, capacity)
    assert sorted(item for row in rows for item in row) == list(range(len(lengths)))
    assert all(sum(lengths[item] for item in row) <= capacity for row in rows if len(row) > 1)
    assert rows == fill_rows(list(lengths), capacity)


def test_best_fit_decreasing():
    assert fill_rows([3, 5, 4, 2, 6], 8) == [[4, 3], [1, 0], [2]]


@given(st.lists(st.integers(2, 30), min_size=1, max_size=40), st.integers(1, 8), st.integers(8, 200))
def test_micro_batches_keep_their_limits_and_every_target(lengths, max_rows, max_tokens):
    examples = [Example(list(range(1, length + 1)), 1) for length in lengths]
    for row_length in (None, 32):
        batches = micro_batches(examples, row_length=row_length, max_rows=max_rows, max_tokens=max_tokens)
        for batch in batches:
            rows, width = batch.input_ids.shape
            assert rows <= max_rows
            assert rows == 1 or rows * width <= max_tokens
        assert sum(int((batch.targets != IGNORED).sum()) for batch in batches) == sum(lengths) - len(lengths)


def test_layout_of_a_packed_row():
    batch = collate([DOCUMENTS[:2], DOCUMENTS[2:]])
    assert batch.input_ids.tolist() == [[7, 8, 9, 10, 20, 21, 22], [30, 31, 32, 33, 34, 35, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 0, 1, 2], [0, 1, 2, 3, 4, 5, 6]]
    assert batch.columns.tolist() == [1, 2, 3, 4, 5]
    assert batch.targets.tolist() == [[9, 10, -100, 21, 22], [-100, -100, 34, 35, -100]]


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_loss_of_each_example_is_the_unpacked_one(tiny_model, kind, attention):
    model = tiny_model(kind, attn_implementation=attention).eval()
    alone = torch.cat([losses(model, [[document]]) for document in DOCUMENTS])
    for rows in ([DOCUMENTS], [[document] for document in DOCUMENTS], [DOCUMENTS[:2], DOCUMENTS[2:]]):
        torch.testing.assert_close(losses(model, rows), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_no_token_sees_another_document(tiny_model, kind):
    model = tiny_model(kind).eval()
    changed = [DOCUMENTS[0], Example([40, 41, 42], 1), DOCUMENTS[2]]
    logits = []
    for documents in (DOCUMENTS, changed):
        batch = collate([documents])
        with torch.no_grad():
            logits.append(model(input_ids=batch.input_ids, position_ids=batch.position_ids, use_cache=False).logits[0])
    others = [0, 1, 2, 3, *range(7, 13)]
    assert torch.equal(logits[0][others], logits[1][others])
    assert not torch.allclose(logits[0][4:7], logits[1][4:7])


def test_recurrent_model_is_refused(tiny_model):
    from transformers import MambaConfig, MambaForCausalLM

    check_documents_apart(tiny_model())
    mamba = MambaForCausalLM(MambaConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, state_size=4))
    with pytest.raises(ModelError, match=r"training\.packing"):
        check_documents_apart(mamba)
