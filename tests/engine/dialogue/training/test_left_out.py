"""Words left out of training messages: fewer words, the same order, and nothing that the reply needs."""

from __future__ import annotations

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.dialogue.context import WORD, normal
from engine.dialogue.grammar.examples import Example
from engine.dialogue.training.left_out import with_words_left_out
from engine.dialogue.training.source import source
from engine.jobs import Turn
from tests.engine.dialogue.training.runs import run

WORDS = st.lists(
    st.sampled_from(["could", "you", "make", "the", "old", "sofa", "blue", "today", "maybe", "sometime"]),
    min_size=1,
)


def wish(text: str) -> Example:
    return Example((Turn("user", text),), "edit", "i made the sofa blue.", "make the sofa blue")


@given(words=WORDS, seed=st.integers(0, 50))
def test_what_is_left_stands_in_its_order_with_all_that_the_reply_needs(words: list[str], seed: int) -> None:
    left = with_words_left_out(wish(" ".join(words)), 1.0, random.Random(seed))
    kept = left.turns[-1].text.split(" ")
    rest = iter(words)
    assert all(word in rest for word in kept)
    needed = {"edit", "make", "the", "sofa", "blue"}
    assert [word for word in kept if word in needed] == [word for word in words if word in needed]
    assert len(kept) >= min(3, len(words))


def test_some_words_go_from_some_messages() -> None:
    rng, text = random.Random(1), "could you perhaps make the old sofa by the window blue for my brother"
    texts = [with_words_left_out(wish(text), 0.5, rng).turns[-1].text for _ in range(400)]
    changed = [at for at in texts if at != text]
    assert 120 < len(changed) < 240
    assert all({"make", "the", "sofa", "blue"} <= set(WORD.findall(normal(at))) for at in changed)
    assert len(set(changed)) > 50


def test_none_go_without_a_share() -> None:
    example = wish("could you make the old sofa blue")
    assert with_words_left_out(example, 0.0, random.Random(1)) is example


def test_a_chunk_is_the_same_whenever_it_is_asked_for() -> None:
    lists = {"adjectives": ["shiny"]}
    once, again = (source(lists, ["a dog on a sofa"], None, 5, 0.5) for _ in range(2))
    assert once.chunk(3) == again.chunk(3)
    assert once.chunk(3) != source(lists, ["a dog on a sofa"], None, 5).chunk(3)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_dropout_may_be_another_than_the_model_s(
    tmp_path_factory: pytest.TempPathFactory, dropout: float
) -> None:
    _, model = run(tmp_path_factory.mktemp("run"), {"dropout": 0.05}, steps=1, dropout=dropout)
    layers = [*model.model.encoder.layers, *model.model.decoder.layers]
    assert {layer.dropout for layer in layers} == {dropout}
    assert model.config.dropout == 0.05
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())
