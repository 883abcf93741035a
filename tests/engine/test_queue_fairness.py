"""Nobody is ever served twice in a row while another waits; nothing is lost, nothing is served twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from engine.jobs import DialogueJob, EditJob, Job, QueueFull, Turn
from engine.queue import DIALOGUES_AT_ONCE, EDITS_AT_ONCE, FairQueue

PER_USER, PER_GROUP, IN_ALL = 3, 4, 7


def question(name: str, user: str = "ann", group: str | None = None) -> DialogueJob:
    return DialogueJob(name, user, (Turn("user", "hello"),), group=group)


def edit(name: str, user: str = "ann", group: str | None = None) -> EditJob:
    return EditJob(name, user, b"", "make it night", seed=1, group=group)


class QueueModel(RuleBasedStateMachine):
    """The queue against a list per kind, in the order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue(PER_USER, PER_GROUP, IN_ALL)
        self.count = 0
        self.waiting: dict[type[Job], list[Job]] = {DialogueJob: [], EditJob: []}
        self.running: dict[str, Job] = {}
        self.served: dict[type[Job], str | None] = {DialogueJob: None, EditJob: None}
        self.patience: dict[str, int] = {}  # turns of others that a user's oldest job may still have to bear

    ids = Bundle("ids")

    @rule(
        target=ids,
        make=st.sampled_from([question, edit]),
        user=st.sampled_from("abcd"),
        group=st.sampled_from([None, "g", "h"]),
    )
    def put(self, make, user, group):
        self.count += 1
        job = make(f"job{self.count}", user, group)
        kind = type(job)
        present = [*self.waiting[kind], *(other for other in self.running.values() if type(other) is kind)]
        full = (
            Counter(other.user for other in present)[user] >= PER_USER
            or (group is not None and Counter(other.group for other in present)[group] >= PER_GROUP)
            or len(present) >= IN_ALL
        )
        if full:
            with pytest.raises(QueueFull):
                self.queue.put(job)
            return multiple()
        self.queue.put(job)
        self.waiting[kind].append(job)
        self._reckon(kind)
        return job.id

    @rule()
    def take(self):
        job = self.queue.take()
        running = Counter(type(other) for other in self.running.values())
        free = {
            DialogueJob: running[DialogueJob] < DIALOGUES_AT_ONCE,
            EditJob: running[EditJob] < EDITS_AT_ONCE,
        }
        if job is None:
            assert not any(free[kind] and self.waiting[kind] for kind in free)
            return
        kind = type(job)
        assert free[kind]
        if kind is EditJob:
            assert not (self.waiting[DialogueJob] and free[DialogueJob]), "messages go first"
        line = self.waiting[kind]
        assert job is next(other for other in line if other.user == job.user), "first come, first served"
        if job.user == self.served[kind]:
            assert all(other.user == job.user for other in line), "twice in a row while another waits"
        line.remove(job)
        self.running[job.id] = job
        self.served[kind] = job.user
        self.patience.pop(job.id, None)
        for other in self._oldest(kind):
            if other.id in self.patience:
                self.patience[other.id] -= 1
                assert self.patience[other.id] >= 0, f"{other.id} starves"
        self._reckon(kind)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), seconds=st.none() | st.floats(0.1, 100))
    def done(self, data, seconds):
        job_id = data.draw(st.sampled_from(sorted(self.running)))
        assert self.queue.done(job_id, seconds) is self.running.pop(job_id)
        assert self.queue.done(job_id) is None

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def put_back(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.running)))
        job = self.running.pop(job_id)
        assert self.queue.put_back(job_id)
        assert self.queue.place(job_id) == 1
        kind = type(job)
        self.waiting[kind].insert(0, job)
        if self.served[kind] == job.user:
            self.served[kind] = None
        self.patience = {other: turns + 1 for other, turns in self.patience.items()}
        for other in self.waiting[kind]:  # the user's former oldest job waits behind this one again
            if other.user == job.user:
                self.patience.pop(other.id, None)
        self._reckon(kind)

    @rule(job_id=consumes(ids))
    def cancel(self, job_id):
        found = [job for line in self.waiting.values() for job in line if job.id == job_id]
        assert self.queue.cancel(job_id) == bool(found)
        assert not self.queue.cancel(job_id)
        for job in found:
            self.waiting[type(job)].remove(job)
            self.patience.pop(job.id, None)
            self._reckon(type(job))

    def _oldest(self, kind: type[Job]) -> list[Job]:
        oldest: dict[str, Job] = {}
        for job in self.waiting[kind]:
            oldest.setdefault(job.user, job)
        return list(oldest.values())

    def _reckon(self, kind: type[Job]) -> None:
        """A user's oldest job waits for one turn of each other user there, and for one by the way."""
        oldest = self._oldest(kind)
        for job in oldest:
            self.patience.setdefault(job.id, len(oldest))

    @invariant()
    def nothing_is_lost(self):
        assert set(self.queue.running) == set(self.running)
        assert self.queue.waiting == sum(map(len, self.waiting.values()))

    @invariant()
    def places_are_the_order_of_service(self):
        places = [(job_id, place) for job_id, place, _ in self.queue.places()]
        for kind, line in self.waiting.items():
            mine = [(job_id, place) for job_id, place in places if job_id in {job.id for job in line}]
            assert [place for _, place in mine] == list(range(1, len(line) + 1)), kind
        assert len(places) == self.queue.waiting
        assert all(self.queue.place(job_id) == place for job_id, place in places)
        assert all(self.queue.place(job_id) is None for job_id in self.running)


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=60, deadline=None)


@given(st.lists(st.sampled_from("abcde"), max_size=30))
def test_everyone_has_one_turn_in_each_round(users: list[str]):
    queue = FairQueue(30, 30, 30)
    for number, user in enumerate(users):
        queue.put(edit(str(number), user))
    served: list[str] = []
    while (job := queue.take()) is not None:
        queue.done(job.id)
        served.append(job.id)
    rounds = [users[:number].count(user) for number, user in enumerate(users)]
    in_turn = sorted(range(len(users)), key=lambda number: (rounds[number], users.index(users[number])))
    assert served == list(map(str, in_turn))


def test_a_stream_of_newcomers_starves_nobody():
    queue = FairQueue(3, 100, 100)
    for number in range(3):
        queue.put(edit(f"ann{number}", "ann"))
    served: list[str] = []
    for newcomer in range(20):
        queue.put(edit(f"new{newcomer}", f"new{newcomer}"))
        job = queue.take()
        assert job is not None
        queue.done(job.id)
        served.append(job.id)
    assert [name for name in served if name.startswith("ann")] == ["ann0", "ann1", "ann2"]
    assert served.index("ann2") < 7


def test_the_served_user_goes_behind_one_who_came_later():
    queue = FairQueue(3, 8, 50)
    queue.put(edit("a1", "ann"))
    assert queue.take() is not None
    queue.put(edit("a2", "ann"))
    queue.put(edit("b1", "bob"))
    assert [job_id for job_id, _, _ in queue.places()] == ["b1", "a2"]


def test_a_full_line_says_who_waits_and_how_long():
    queue = FairQueue(per_user=2, per_group=3, in_all=4)
    queue.put(edit("first", "ann", "g"))
    assert queue.take() is not None
    queue.done("first", seconds=20.0)
    queue.put(edit("a1", "ann", "g"))
    queue.put(edit("a2", "ann", "g"))
    with pytest.raises(
        QueueFull, match=r"^2 of your pictures are still in the line \(about 40 seconds\); .*\.$"
    ):
        queue.put(edit("a3", "ann", "g"))
    queue.put(edit("b1", "bob", "g"))
    with pytest.raises(
        QueueFull, match=r"^3 pictures from this chat are still in the line \(about 1 minute\); "
    ):
        queue.put(edit("c1", "cid", "g"))
    queue.put(edit("d1", "dot", "h"))
    with pytest.raises(QueueFull, match=r"^4 pictures are still in the line \(about 1 minute\); "):
        queue.put(edit("e1", "eve", None))
    queue.put(question("q1", "ann", "g"))  # a full line of pictures keeps nobody from asking


def test_no_time_is_promised_before_one_was_measured():
    queue = FairQueue(1, 8, 50)
    queue.put(edit("a1"))
    with pytest.raises(QueueFull, match=r"^1 of your pictures is still in the line; "):
        queue.put(edit("a2"))
    assert list(queue.places()) == [("a1", 1, None)]


def test_the_eta_follows_the_measured_seconds():
    queue = FairQueue(9, 9, 50)
    for number in range(5):
        queue.put(edit(f"a{number}"))
    assert queue.take() is not None
    queue.done("a0", seconds=10.0)
    assert queue.take() is not None
    assert [(job_id, eta) for job_id, _, eta in queue.places()] == [("a2", 20.0), ("a3", 30.0), ("a4", 40.0)]
    queue.done("a1", seconds=20.0)
    assert [eta for _, _, eta in queue.places()] == [12.5, 25.0, 37.5]


def test_cancelling_a_waiting_job_never_touches_the_running_one():
    queue = FairQueue(9, 9, 50)
    queue.put(edit("a1"))
    assert queue.take() is not None
    queue.put(edit("a2"))
    assert not queue.cancel("a1")
    assert queue.cancel("a2")
    assert queue.running == ("a1",)


def test_an_id_that_is_under_way_is_not_let_in_again():
    queue = FairQueue(9, 9, 50)
    queue.put(edit("a1"))
    with pytest.raises(ValueError, match="a1"):
        queue.put(edit("a1"))
    assert queue.take() is not None
    with pytest.raises(ValueError, match="a1"):
        queue.put(question("a1"))


def test_suspects_run_alone():
    queue = FairQueue(9, 9, 50)
    for number in range(3):
        queue.put(question(f"q{number}"))
    assert [queue.take(), queue.take()] != [None, None]
    queue.put_back("q1", alone=True)
    queue.put_back("q0", alone=True)
    first = queue.take()
    assert first is not None
    assert first.id == "q0"
    assert queue.take() is None
    queue.put(edit("e0"))
    other_kind = queue.take()
    assert other_kind is not None
    assert other_kind.id == "e0"
    queue.done("q0")
    second = queue.take()
    assert second is not None
    assert second.id == "q1"
    assert queue.take() is None
    queue.done("q1")
    third = queue.take()
    assert third is not None
    assert third.id == "q2"
