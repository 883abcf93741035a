"""Nobody is ever served twice in a row while another waits, nobody starves, nothing is lost."""

from __future__ import annotations

from collections import Counter
from itertools import count

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

from engine.jobs import Crowd, DialogueJob, EditJob, Job, QueueFull, Turn
from engine.queue import DIALOGUES_AT_ONCE, EDITS_AT_ONCE, FairQueue

PER_USER, PER_GROUP, IN_ALL = 3, 5, 7


def question(name: str, user: str = "ann", group: str | None = None) -> DialogueJob:
    return DialogueJob(name, user, (Turn("user", "hello"),), group=group)


def edit(name: str, user: str = "ann", group: str | None = None) -> EditJob:
    return EditJob(name, user, b"", "make it night", seed=1, group=group)


class LineModel:
    """One kind of jobs by the rule's own words: put back, else waited too long, else next in the round."""

    def __init__(self) -> None:
        self.clock = count()
        self.turns = 0
        self.waiting: list[Job] = []  # each user's own in their order
        self.came: dict[str, int] = {}  # the turn at which a job was let in
        self.order: dict[str, int] = {}  # of arrival; below all others where it was put back
        self.round: dict[str, int] = {}  # since when a user waits for the turn in the round
        self.put_backs = 0
        self.last: str | None = None

    def add(self, job: Job) -> None:
        self.waiting.append(job)
        self.came[job.id] = self.turns
        self.order[job.id] = next(self.clock)
        self.round.setdefault(job.user, next(self.clock))

    def put_back(self, job: Job) -> None:
        self.put_backs += 1
        self.waiting.insert(0, job)
        self.order[job.id] = -self.put_backs
        self.round.setdefault(job.user, next(self.clock))
        if self.last == job.user:
            self.last = None

    def following(self) -> Job | None:
        first: dict[str, Job] = {}
        for job in self.waiting:
            first.setdefault(job.user, job)
        heads = [job for user, job in first.items() if user != self.last] or list(first.values())
        late = [job for job in heads if self.order[job.id] < 0 or self.turns - self.came[job.id] >= IN_ALL]
        if late:
            return min(late, key=lambda job: self.order[job.id])
        return min(heads, key=lambda job: self.round[job.user], default=None)

    def remove(self, job: Job) -> None:
        self.waiting.remove(job)
        if all(other.user != job.user for other in self.waiting):
            self.round.pop(job.user)

    def serve(self, job: Job) -> None:
        self.remove(job)
        self.turns += 1
        self.last = job.user
        if job.user in self.round:
            self.round[job.user] = next(self.clock)


class QueueModel(RuleBasedStateMachine):
    """The queue against a model that says in other words who is next."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue(PER_USER, PER_GROUP, IN_ALL)
        self.count = 0
        self.lines: dict[type[Job], LineModel] = {DialogueJob: LineModel(), EditJob: LineModel()}
        self.running: dict[str, Job] = {}

    ids = Bundle("ids")

    @rule(
        target=ids,
        make=st.sampled_from([question, edit, edit]),
        user=st.sampled_from("abcd"),
        group=st.sampled_from([None, "g", "h"]),
    )
    def put(self, make, user, group):
        self.count += 1
        job = make(f"job{self.count}", user, group)
        line = self.lines[type(job)]
        present = [*line.waiting, *(other for other in self.running.values() if type(other) is type(job))]
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
        line.add(job)
        return job.id

    @rule()
    def take(self):
        running = Counter(type(other) for other in self.running.values())
        free = {
            DialogueJob: running[DialogueJob] < DIALOGUES_AT_ONCE,
            EditJob: running[EditJob] < EDITS_AT_ONCE,
        }
        following = [self.lines[kind].following() for kind in free if free[kind]]
        expected = next((job for job in following if job is not None), None)
        job = self.queue.take()
        assert job is expected, "messages first, then by the rule"
        if job is not None:
            line = self.lines[type(job)]
            others = [other.user for other in line.waiting if other.user != job.user]
            assert job.user != line.last or not others, "twice in a row while another waits"
            waited = line.turns - line.came[job.id]
            assert waited <= 3 * IN_ALL + 2 * line.put_backs, f"{job.id} starved for {waited} turns"
            line.serve(job)
            self.running[job.id] = job

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def done(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.running)))
        assert self.queue.done(job_id) is self.running.pop(job_id)
        assert self.queue.done(job_id) is None

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def put_back(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.running)))
        job = self.running.pop(job_id)
        assert self.queue.put_back(job_id)
        assert self.queue.place(job_id) == 1
        self.lines[type(job)].put_back(job)

    @rule(job_id=consumes(ids))
    def cancel(self, job_id):
        found = [(line, job) for line in self.lines.values() for job in line.waiting if job.id == job_id]
        assert self.queue.cancel(job_id) == bool(found)
        assert not self.queue.cancel(job_id)
        for line, job in found:
            line.remove(job)

    @invariant()
    def nothing_is_lost(self):
        assert set(self.queue.running) == set(self.running)
        assert self.queue.waiting == sum(len(line.waiting) for line in self.lines.values())

    @invariant()
    def places_are_the_order_of_service(self):
        places = list(self.queue.places())
        for line in self.lines.values():
            mine = {job.id: job for job in line.waiting}
            found = [(job_id, place) for job_id, place in places if job_id in mine]
            assert [place for _, place in found] == list(range(1, len(mine) + 1))
            for user in {job.user for job in line.waiting}:
                own = [job_id for job_id, _ in found if mine[job_id].user == user]
                assert own == [job.id for job in line.waiting if job.user == user], "first come, first served"
            following = line.following()
            assert following is None or found[0][0] == following.id
        assert len(places) == self.queue.waiting
        assert all(self.queue.place(job_id) == place for job_id, place in places)
        assert all(self.queue.place(job_id) is None for job_id in self.running)


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=60, deadline=None)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=4), max_size=60))
def test_nobody_starves_whoever_comes(arrivals: list[list[str]]):
    """One edit is served between arrivals of any number of people; who finds the line full stays away."""
    queue, numbers = FairQueue(PER_USER, IN_ALL, IN_ALL), count()
    came: dict[str, int] = {}
    for turn, users in enumerate([*arrivals, *([] for _ in range(IN_ALL))]):
        for user in users:
            job = edit(str(next(numbers)), user)
            try:
                queue.put(job)
                came[job.id] = turn
            except QueueFull:
                continue
        served = queue.take()
        if served is not None:
            queue.done(served.id)
            assert turn - came.pop(served.id) <= 3 * IN_ALL
    assert came == {}


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
    assert [job_id for job_id, _ in queue.places()] == ["b1", "a2"]


def test_a_job_that_waited_as_long_as_the_line_may_get_goes_before_the_round():
    queue = FairQueue(per_user=3, per_group=10, in_all=10)
    for number in range(3):
        queue.put(edit(f"ann{number}", "ann"))
    served: list[str] = []
    for newcomer in range(20):  # always seven others in the line: a round takes eight turns
        while queue.waiting < 10 - ("ann2" in served):
            queue.put(edit(f"new{newcomer}-{queue.waiting}", f"new{newcomer}-{queue.waiting}"))
        job = queue.take()
        assert job is not None
        queue.done(job.id)
        served.append(job.id)
    assert [name for name in served if name.startswith("ann")] == ["ann0", "ann1", "ann2"]
    assert served.index("ann1") == 8  # in the round
    assert served.index("ann2") == 10  # by its age, where the round would have let it wait until 17


def test_a_full_line_says_who_waits_and_at_which_place():
    queue = FairQueue(per_user=2, per_group=3, in_all=4)
    queue.put(edit("a1", "ann", "g"))
    queue.put(edit("a2", "ann", "g"))
    with pytest.raises(QueueFull) as mine:
        queue.put(edit("a3", "ann", "g"))
    assert mine.value.crowd == Crowd("user", "picture", 2, first="a1", place=1)
    assert queue.take() is not None
    queue.put(edit("b1", "bob", "g"))
    with pytest.raises(QueueFull) as chat:
        queue.put(edit("c1", "cid", "g"))
    assert chat.value.crowd == Crowd("chat", "picture", 3, first="a1", place=0)
    queue.put(edit("d1", "dot", "h"))
    queue.done("a1")
    assert queue.take() is not None
    queue.put(edit("e1", "eve", "i"))
    with pytest.raises(QueueFull) as everyone:
        queue.put(edit("f1", "fay", None))
    assert everyone.value.crowd == Crowd("all", "picture", 4, first="b1", place=0)
    queue.put(question("q1", "ann", "g"))  # a full line of pictures keeps nobody from asking


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
