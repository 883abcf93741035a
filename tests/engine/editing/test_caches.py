"""Nothing is encoded twice that is still remembered, and what is remembered never outgrows its bound."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.editing.caches import Cache
from engine.editing.editor import Defaults, Editor
from engine.editing.previews import Previews
from engine.jobs import Edited, EditJob
from tests.engine.editing.tiny import encoded, photo, starter_parts
from tests.engine.edits import run


@dataclass(frozen=True)
class Thing:
    key: int
    nbytes: int


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), max_size=60))
def test_the_least_recently_used_goes_first(uses: list[tuple[int, int]]):
    """Against an ordered list; up to 105 bytes where 100 are kept at most."""
    cache, kept = Cache[Thing](100), OrderedDict[tuple[int, int], Thing]()
    hits = 0
    for key in uses:
        found = cache.get(key, lambda key=key: Thing(key[0], 10 * key[0] + 55 * key[1]))
        assert found.key == key[0]
        if key in kept:
            hits += 1
            kept.move_to_end(key)
        elif found.nbytes <= 100:
            while sum(thing.nbytes for thing in kept.values()) + found.nbytes > 100:
                kept.popitem(last=False)
            kept[key] = found
        assert cache.nbytes == sum(thing.nbytes for thing in kept.values())
    assert (cache.hits, cache.misses) == (hits, len(uses) - hits)


@pytest.fixture
def editor() -> Editor:
    return Editor(starter_parts(), Defaults(32, True, views=4, steps=2), None)


def counts(editor: Editor) -> tuple[int, int, int, int]:
    texts, pictures = editor.caches.texts, editor.caches.pictures
    return texts.hits, texts.misses, pictures.hits, pictures.misses


def test_again_and_stronger_encode_nothing_again(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    encodings: list[int] = []
    encode = editor.parts.vae.encode
    monkeypatch.setattr(editor.parts.vae, "encode", lambda x: encodings.append(len(x)) or encode(x))
    job = EditJob("1", "ann", encoded(photo()), "make it night", 1)
    first = run(editor, job)[1]
    assert counts(editor) == (0, 1, 0, 1)
    again = run(editor, job)[1]
    assert isinstance(first, Edited) and isinstance(again, Edited)
    assert again.image == first.image
    run(editor, replace(job, seed=2, text_guidance=5.0))  # Stronger
    assert counts(editor) == (2, 1, 2, 1)
    assert encodings == [4]
    run(editor, replace(job, instruction="make it winter"))
    assert counts(editor) == (2, 2, 3, 1)
    run(editor, replace(job, image=encoded(photo(seed=5))))
    assert counts(editor) == (3, 2, 3, 2)
    assert tuple(map(sum, zip(*editor.caches.lookups().values(), strict=True))) == (6, 4)


def test_the_empty_prompt_is_encoded_once(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    tokenizer = editor.parts.tokenizer
    monkeypatch.setattr(type(tokenizer), "__call__", spy(type(tokenizer).__call__, said))
    for seed in range(3):
        run(editor, EditJob("1", "ann", encoded(photo()), "make it night", seed))
    assert said == ["make it night"]


def spy(call, said: list[str]):
    def called(self, text: str, **options):
        said.append(text)
        return call(self, text, **options)

    return called


def test_cleared_caches_give_the_same_picture(editor: Editor) -> None:
    job = EditJob("1", "ann", encoded(photo()), "make it night", 1)
    first = run(editor, job)[1]
    editor.caches.clear()
    assert (editor.caches.texts.nbytes, editor.caches.pictures.nbytes) == (0, 0)
    assert run(editor, job)[1].image == first.image  # type: ignore[union-attr]


def test_previews_are_made_once_a_second_and_within_their_share_of_the_time() -> None:
    now = 0.0
    previews = Previews(1.0, 0.2, now=lambda: now)

    def draw() -> str:
        nonlocal now
        now += 0.5
        return "drawn"

    assert previews.make(float("-inf"), draw) == "drawn"
    ann = now
    assert previews.make(float("-inf"), draw) is None, "Bob's, too soon for the share"
    now = 2.4
    assert previews.make(ann, draw) is None
    now = 2.5
    assert previews.make(float("-inf"), draw) == "drawn"
    bob = now
    now = 5.0
    assert previews.make(bob, draw) == "drawn"
    now = 5.9
    assert previews.make(5.5, draw) is None, "Ann's own last one is no second ago"
    always = Previews(now=lambda: now)
    assert [always.make(now, draw) for _ in range(3)] == ["drawn"] * 3
