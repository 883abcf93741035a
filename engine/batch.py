"""Edits that stop wherever they need the network, so that what several of them need is computed in one pass.

An edit is a generator. It yields a `Request` when it needs the network and is sent the answer (or is thrown
the error that came of it), a `Step` when one is done, and None where it has come far enough for others to go
first. No torch in here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from engine.jobs import Edited, EditJob, Refused, Step

T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R")


class Request:
    """What an edit waits for. Requests of one `kind` can be computed together."""

    __slots__ = ()

    @property
    def kind(self) -> Hashable:
        raise NotImplementedError


Editing = Generator[Step | Request | None, Any, Edited | Refused]
"""An edit under way; closing it cancels."""


class Edits(Protocol):
    def edit(self, job: EditJob) -> Editing:
        """Begin an edit; nothing is done before the first `next`."""
        ...

    def predict(self, requests: Sequence[Any]) -> list[Any]:
        """One answer for each of its edits' requests, in order, in one pass. All are of one kind."""
        ...


def changed(
    edit: Generator[T | Request | None, Any, R], change: Callable[[T], U]
) -> Generator[U | Request | None, Any, R]:
    """The same edit, with `change` done to each of its steps."""
    answer: Any = None
    failed: Exception | None = None
    try:
        while True:
            try:
                came = edit.send(answer) if failed is None else edit.throw(failed)
            except StopIteration as end:
                return end.value
            answer = failed = None
            handed_on = came if came is None or isinstance(came, Request) else change(came)
            try:
                answer = yield handed_on
            except Exception as error:
                failed = error.with_traceback(None)
    finally:
        edit.close()


def alone(
    edit: Generator[T | Request | None, Any, R], predict: Callable[[list[Any]], list[Any]]
) -> Generator[T, None, R]:
    """An edit by itself: each request is answered at once, and only the steps are left."""
    answer: Any = None
    failed: Exception | None = None
    try:
        while True:
            try:
                came = edit.send(answer) if failed is None else edit.throw(failed)
            except StopIteration as end:
                return end.value
            answer = failed = None
            if isinstance(came, Request):
                try:
                    [answer] = predict([came])
                except Exception as error:
                    failed = error.with_traceback(None)
            elif came is not None:
                yield came
    finally:
        edit.close()


def by_kind(waiting: Iterable[tuple[T, Request]]) -> list[list[T]]:
    """Who waits for the same kind of request, together; in the order in which the kinds first come."""
    groups: dict[Hashable, list[T]] = {}
    for who, request in waiting:
        groups.setdefault(request.kind, []).append(who)
    return list(groups.values())
