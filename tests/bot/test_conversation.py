"""The head never stands on a wrong picture, and nothing is redone over something new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot import conversation as tree
from bot.conversation import CannotMove, Conversation, Version


def version(name: str, parent: str | None = None) -> Version:
    return Version(
        name, parent, image=f"bytes of {name}", requester="ann", instruction=parent and f"do {name}"
    )


def edited(*names: str) -> Conversation:
    """An upload `a`, then a chain of edits."""
    conversation = tree.begin(tree.received(Conversation(), version("a")), "a")
    for name in names:
        conversation = tree.edit(conversation, version(name, conversation.head))
    return conversation


def test_undo_of_an_older_edit_takes_everything_after_it_and_redo_brings_it_all_back() -> None:
    conversation = tree.undo(edited("b", "c", "d"), "b")
    assert conversation.head == "a"
    assert tree.redo(conversation, "b").head == "d"


def test_undo_of_what_is_undone_is_refused_with_a_sentence() -> None:
    conversation = tree.undo(edited("b", "c"), "c")
    with pytest.raises(CannotMove, match="undone already"):
        tree.undo(conversation, "c")


def test_redo_of_an_earlier_undo_takes_the_later_ones_with_it() -> None:
    conversation = tree.undo_last(tree.undo_last(edited("b", "c")))
    assert conversation.head == "a"
    again = tree.redo(conversation, "c")
    assert (again.head, again.moves) == ("c", ())


def test_a_reset_can_be_redone_but_not_jumped_over() -> None:
    conversation = tree.reset(tree.undo(edited("b", "c", "d"), "d"))
    with pytest.raises(CannotMove, match="changed since"):
        tree.redo(conversation, "d")
    back = tree.redo(conversation)
    assert back.head == "c"
    assert tree.redo(back, "d").head == "d"


def test_nothing_can_be_redone_after_a_new_edit() -> None:
    conversation = tree.undo(edited("b", "c"), "c")
    conversation = tree.edit(conversation, version("x", "b"))
    with pytest.raises(CannotMove, match="nothing to redo"):
        tree.redo(conversation)
    with pytest.raises(CannotMove, match="changed since"):
        tree.redo(conversation, "c")


def test_going_back_further_than_the_upload_ends_there() -> None:
    assert tree.undo_last(edited("b", "c"), 9).head == "a"


@pytest.mark.parametrize("conversation", [Conversation(), edited()])
@pytest.mark.parametrize("move", [tree.undo_last, tree.reset, tree.redo])
def test_where_there_is_nothing_before_the_head_stays(conversation: Conversation, move: object) -> None:
    with pytest.raises(CannotMove):
        move(conversation)  # type: ignore[operator]


def remade(conversation: Conversation, name: str, remakes: str, parent: str | None = None) -> Conversation:
    """`remakes` was done once more, on the picture before it or from the upload."""
    before = conversation.versions[remakes].parent
    made = replace(version(name, parent or before), remakes=remakes, back=conversation.head)
    return tree.edit(conversation, made)


def test_undo_of_another_try_goes_to_the_try_before_and_then_to_the_picture_before() -> None:
    conversation = remade(remade(edited("b", "c"), "c2", "c"), "c3", "c2")
    for head in ("c2", "c", "b", "a"):
        conversation = tree.undo_last(conversation)
        assert conversation.head == head
    assert tree.undo_last(remade(edited("b", "c"), "c2", "c"), 2).head == "b"
    assert tree.undo(remade(remade(edited("b", "c"), "c2", "c"), "c3", "c2"), "c2").head == "c"


def test_undo_of_what_was_made_from_the_original_goes_to_where_the_head_was() -> None:
    conversation = remade(edited("b", "c", "d"), "x", "c", parent="a")
    assert tree.undo_last(conversation).head == "d"
    assert tree.redo(tree.undo_last(conversation)).head == "x"
    assert tree.undo(conversation, "d").head == "c"
    assert tree.reset(conversation).head == "a"


def test_what_was_made_from_the_original_stands_for_all_that_it_remade() -> None:
    conversation = remade(edited("b", "c"), "x", "c", parent="a")
    conversation = tree.edit(conversation, version("y", "x"))
    conversation = remade(conversation, "z", "y", parent="a")
    conversation = remade(conversation, "z2", "z")
    assert [v.id for v in tree.rounds(conversation, "x")] == ["b", "x"]
    assert [v.id for v in tree.rounds(conversation, "y")] == ["b", "x", "y"]
    assert [v.id for v in tree.rounds(conversation)] == ["b", "x", "z2"]
    assert tree.rounds(conversation, "a") == ()


def test_applied_are_the_instructions_of_the_path() -> None:
    conversation = tree.edit(edited("b", "c"), version("x", "b"))
    assert tree.applied(conversation) == ("do b", "do x")
    assert tree.applied(conversation, "c") == ("do b", "do c")


def test_each_of_several_pictures_is_undone_and_redone_by_itself() -> None:
    conversation = Conversation()
    for name in ("a", "b", "c"):
        conversation = tree.received(conversation, version(name))
    conversation = tree.begin(conversation, "a")
    for name in ("a", "b", "c"):
        conversation = tree.edit(conversation, version(name.upper(), name))
    undone = tree.undo(conversation, "A")
    assert undone.head == "a"
    both = tree.undo(undone, "B")
    assert both.head == "b"
    with pytest.raises(CannotMove, match="undone already"):
        tree.undo(both, "A")
    assert tree.redo(both, "A").head == "A"
    assert tree.redo(tree.redo(both)).head == "a"
    assert tree.redo(undone, "A").head == "A"
    assert tree.redo(tree.redo(undone, "A")).head == "C"
    assert tree.undo_last(conversation).head == "c"
    with pytest.raises(CannotMove, match="nothing before it"):
        tree.undo(conversation, "a")


def test_a_jump_goes_anywhere_and_can_be_taken_back() -> None:
    conversation = tree.edit(edited("b", "c"), version("x", "a"))
    there = tree.jump(conversation, "c")
    assert (there.head, tree.redo(there).head) == ("c", "x")
    assert tree.undo_last(there).head == "b"
    with pytest.raises(CannotMove, match="isn't part of the current picture"):
        tree.undo(there, "x")
    with pytest.raises(CannotMove, match="current picture already"):
        tree.jump(there, "c")
    with pytest.raises(CannotMove, match="no picture here yet"):
        tree.jump(Conversation(), "a")


def test_the_number_of_a_picture_is_the_order_in_which_they_came() -> None:
    conversation = tree.undo_last(tree.edit(edited("b"), version("x", "a")))
    assert [tree.number(conversation, name) for name in ("a", "b", "x")] == [1, 2, 3]


@dataclass
class Snapshot:
    """The simple model: every picture is the list of names from its upload, every move the state before."""

    way: dict[str, list[str]] = field(default_factory=dict)
    head: str | None = None
    before: list[tuple[str, str, str | None]] = field(default_factory=list)  # kind, target, head before
    back: dict[str, str | None] = field(default_factory=dict)  # where an undo leads, if not to the one before

    def undone(self, name: str) -> str | None:
        way = self.way[name]
        return self.back.get(name) or (way[-2] if len(way) > 1 else None)

    def way_back(self) -> list[str]:
        """The head and what undo after undo leads to, the upload left out."""
        found: list[str] = []
        at = self.head
        while at is not None and self.undone(at) is not None:
            found.append(at)
            at = self.undone(at)
        return found

    def same_upload(self, name: str) -> bool:
        return self.head is not None and self.way[name][0] == self.way[self.head][0]

    def taken_back(self) -> set[str]:
        """What undos and resets left that are not redone."""
        starts = [start for _, _, start in self.before]
        found: set[str] = set()
        for (kind, _, start), end in zip(self.before, [*starts, self.head][1:], strict=True):
            if kind != "jump":
                found |= set(self.way[str(start)]) - set(self.way[str(end)])
        return found


class Walk(RuleBasedStateMachine):
    """Any sequence of what people do, against lists."""

    def __init__(self) -> None:
        super().__init__()
        self.real = Conversation()
        self.model = Snapshot()

    def name(self) -> str:
        return f"v{len(self.model.way)}"

    def pick(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.model.way)))

    def both(self, change: object, head: str | None, before: list[tuple[str, str, str | None]]) -> None:
        self.real = change(self.real)  # type: ignore[operator]
        self.model.head, self.model.before = head, before

    def refused(self, change: object) -> None:
        with pytest.raises(CannotMove):
            change(self.real)  # type: ignore[operator]

    @rule()
    def new_upload(self) -> None:
        name = self.name()
        self.real = tree.received(self.real, version(name))
        assert self.real.head == self.model.head  # it waits for its turn
        self.model.way[name] = [name]
        self.both(lambda c: tree.begin(c, name), name, [])

    @rule(count=st.integers(2, 4), every=st.booleans())
    def several_uploads_at_once(self, count: int, every: bool) -> None:
        """They all wait for their turn, the first begins; then each may be edited, one after the other."""
        names: list[str] = []
        for _ in range(count):
            names.append(self.name())
            self.model.way[names[-1]] = names[-1:]
            self.real = tree.received(self.real, version(names[-1]))
        self.both(lambda c: tree.begin(c, names[0]), names[0], [])
        for parent in names if every else []:
            name = self.name()
            self.model.way[name] = [parent, name]
            self.both(lambda c, n=name, p=parent: tree.edit(c, version(n, p)), name, [])

    @precondition(lambda self: self.model.head)
    @rule()
    def edit_the_head(self) -> None:
        name, parent = self.name(), str(self.model.head)
        self.model.way[name] = [*self.model.way[parent], name]
        self.both(lambda c: tree.edit(c, version(name, parent)), name, [])

    @precondition(lambda self: self.model.way)
    @rule(data=st.data())
    def reply_to_an_older_picture(self, data: st.DataObject) -> None:
        name, parent = self.name(), self.pick(data)
        self.model.way[name] = [*self.model.way[parent], name]
        self.both(lambda c: tree.edit(c, version(name, parent)), name, [])

    @precondition(lambda self: any(len(way) > 1 for way in self.model.way.values()))
    @rule(data=st.data(), from_the_upload=st.booleans())
    def once_more(self, data: st.DataObject, from_the_upload: bool) -> None:
        name = self.name()
        edits = sorted(edit for edit, way in self.model.way.items() if len(way) > 1)
        remakes = data.draw(st.sampled_from(edits))
        way = self.model.way[remakes]
        before = way[:1] if from_the_upload else way[:-1]
        self.model.way[name] = [*before, name]
        self.model.back[name] = self.model.head
        self.both(lambda c: remade(c, name, remakes, before[-1]), name, [])

    @precondition(lambda self: self.model.head)
    @rule(count=st.integers(1, 4))
    def undo_in_words(self, count: int) -> None:
        way = self.model.way_back()
        if not way:
            self.refused(tree.undo_last)
            return
        target = way[min(count, len(way)) - 1]
        end = self.model.undone(target)
        self.both(
            lambda c: tree.undo_last(c, count), end, [*self.model.before, ("undo", target, self.model.head)]
        )

    @precondition(lambda self: self.model.way)
    @rule(data=st.data())
    def undo_of_a_version(self, data: st.DataObject) -> None:
        target = self.pick(data)
        way = self.model.way[str(self.model.head)] if self.model.head else []
        end = self.model.undone(target)
        if target not in (*way[1:], *self.model.way_back()):
            if end is None or self.model.same_upload(target) or target in self.model.taken_back():
                self.refused(lambda c: tree.undo(c, target))
                return
            moves = [("jump", str(self.model.head), self.model.head), ("undo", target, target)]
            self.both(lambda c: tree.undo(c, target), end, [*self.model.before, *moves])
            return
        self.both(
            lambda c: tree.undo(c, target), end, [*self.model.before, ("undo", target, self.model.head)]
        )

    @rule()
    def start_over(self) -> None:
        way = self.model.way[self.model.head] if self.model.head else []
        if len(way) < 2:
            self.refused(tree.reset)
            return
        move = ("reset", str(self.model.head), self.model.head)
        self.both(tree.reset, way[0], [*self.model.before, move])

    @precondition(lambda self: self.model.head)
    @rule(data=st.data())
    def go_to(self, data: st.DataObject) -> None:
        name = self.pick(data)
        if name == self.model.head:
            self.refused(lambda c: tree.jump(c, name))
            return
        move = ("jump", str(self.model.head), self.model.head)
        self.both(lambda c: tree.jump(c, name), name, [*self.model.before, move])

    @rule()
    def redo_the_last(self) -> None:
        if not self.model.before:
            self.refused(tree.redo)
            return
        self.both(tree.redo, self.model.before[-1][2], self.model.before[:-1])

    @precondition(lambda self: self.model.way)
    @rule(data=st.data())
    def redo_of_a_version(self, data: st.DataObject) -> None:
        target = self.pick(data)
        since = list(self.model.before)
        while since and since[-1][1] != target and since[-1][0] == "undo":
            since.pop()
        if not since or since[-1][1] != target:
            if self.model.same_upload(target):
                self.refused(lambda c: tree.redo(c, target))
                return
            move = ("jump", str(self.model.head), self.model.head)
            self.both(lambda c: tree.redo(c, target), target, [*self.model.before, move])
            return
        self.both(lambda c: tree.redo(c, target), since[-1][2], since[:-1])

    @invariant()
    def head_parents_and_bytes_are_right(self) -> None:
        assert self.real.head == self.model.head
        assert set(self.real.versions) == set(self.model.way)
        for name, way in self.model.way.items():
            assert [v.id for v in tree.path(self.real, name)] == way
            assert self.real.versions[name].image == f"bytes of {name}"


Walk.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestWalk = Walk.TestCase
