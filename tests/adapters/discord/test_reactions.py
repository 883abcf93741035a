"""A reaction that is replayed is never a new event, and one that is given again is never an old one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.reactions import ReactionLog


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=30))
def test_an_event_is_a_change_of_state(changes: list[tuple[int, bool]]) -> None:
    log = ReactionLog()
    state: dict[int, tuple[bool, str]] = {}
    seen: set[str] = set()
    for message, added in changes:
        event_id = log.record(message, 7, "↩", added=added, moderator=False).event_id
        before = state.get(message)
        if before and before[0] == added:
            assert event_id == before[1]
        else:
            assert event_id not in seen
        seen.add(event_id)
        state[message] = (added, event_id)


def test_a_restart_does_not_repeat_ids() -> None:
    first, second = (ReactionLog().record(1, 7, "↩", added=True, moderator=False) for _ in range(2))
    assert first.event_id != second.event_id


def test_after_a_lost_session_an_addition_counts() -> None:
    log = ReactionLog()
    before = log.record(1, 7, "↩", added=True, moderator=False)
    log.forget()
    assert log.record(1, 7, "↩", added=True, moderator=False).event_id != before.event_id


def test_a_moderator_is_remembered_for_the_removal() -> None:
    log = ReactionLog()
    assert not log.record(1, 7, "↩", added=False, moderator=None).moderator
    assert log.record(1, 7, "↩", added=True, moderator=True).moderator
    assert log.record(1, 7, "↩", added=False, moderator=None).moderator
