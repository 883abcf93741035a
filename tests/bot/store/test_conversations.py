"""A conversation never comes back from the database other than it was written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import conversation as tree
from bot.conversation import CannotMove, Conversation, Version
from bot.store import conversations, images
from bot.store.images import StoredImage
from bot.store.migrations import migrations
from tests.bot.world import HERE

steps = st.lists(
    st.tuples(st.sampled_from(["upload", "edit", "undo", "undo_older", "redo", "reset"]), st.integers(0, 99)),
    max_size=25,
)


def changed(conversation: Conversation, step: str, pick: int) -> Conversation:
    names = sorted(conversation.versions)
    name = f"v{len(names):03}"
    older = names[pick % len(names)] if names else ""
    if step == "upload" or not names:
        return tree.begin(tree.received(conversation, Version(name, None, "sha", "ann")), name)
    match step:
        case "edit":
            return tree.edit(
                conversation, Version(name, older, "sha", "bob", "do", "Did", 7, 7.5, 1.5, "exact")
            )
        case "undo":
            return tree.undo_last(conversation, 1 + pick % 3)
        case "undo_older":
            return tree.undo(conversation, older)
        case "redo":
            return tree.redo(conversation)
        case _:
            return tree.reset(conversation)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_what_is_saved_is_what_is_loaded(steps: list[tuple[str, int]]) -> None:
    db = Database(memory=True)
    migrations.apply(db)
    images.record(db, StoredImage("sha", "image/png", 1, 1, 1))
    here = conversations.ensure(db, HERE, "ann")
    now = Conversation()
    for step, pick in steps:
        try:
            after = changed(now, step, pick)
        except CannotMove:
            continue
        conversations.save(db, here, now, after, "ann")
        now = conversations.load(db, here)
        assert now == after
        states = conversations.version_states(db, here)
        on_the_way = {version.id for version in tree.path(now)}
        assert [name for name, state in states.items() if state == "head"] == [now.head]
        assert not {name for name, state in states.items() if state == "undone"} & on_the_way
    db.close()
