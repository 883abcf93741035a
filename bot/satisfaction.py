"""What the stars say: `dialogpaint evaluate ratings`.

In the paper (section 4.3, table 1) 100 people rated their overall experience ("overall satisfaction", 4.22)
and the quality of the pictures ("MOS", mean opinion score, 4.32), both from 1 to 5. Here people rate
pictures, in the chat and when they like, so

* **MOS** is the mean of all stars over edited pictures (one vote a picture and person, the latest), and
* **overall satisfaction** is the mean over whole conversations: the stars that a person gave in one
  conversation count as one vote, their mean, however many pictures were rated.

Both come with the 95 % interval of Student's t distribution, mean ± t · s / √n, within the scale. It takes
the votes for independent; one person's are not, so read `people` beside it. Stars come from those who cared
to press them: compare `asked` with `answered`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from statistics import fmean, stdev
from typing import Any

from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]
from sqlite_utils import Database

from bot.store.sql import rows

CONFIDENCE = 0.95
LOWEST, HIGHEST = 1, 5


def report(db: Database) -> dict[str, Any]:
    """The result as it is printed with --json.

    Raises `sqlite3.DatabaseError` where there is no table of ratings.
    """
    found = rows(
        db,
        "SELECT v.conversation, c.platform, r.user_id, r.stars, r.asked, v.editor, v.weights"
        " FROM ratings r JOIN versions v ON v.id = r.version"
        " JOIN conversations c ON c.id = v.conversation WHERE v.parent IS NOT NULL",
    )
    given = [row for row in found if row["stars"] is not None]
    asked = [row for row in found if row["asked"]]
    by_weights = (row for row in given if row["weights"] is not None)
    return {
        "overall_satisfaction": opinion(_conversations(given)),
        "mos": opinion([row["stars"] for row in given]),
        "people": len({(row["platform"], row["user_id"]) for row in given}),
        "asked": len(asked),
        "answered": sum(row["stars"] is not None for row in asked),
        "by_stars": {
            str(stars): sum(row["stars"] == stars for row in given) for stars in range(LOWEST, HIGHEST + 1)
        },
        "by_editor": _opinions(given, "editor"),
        "by_weights": _opinions(by_weights, "weights"),
    }


def opinion(votes: Sequence[float]) -> dict[str, Any]:
    """{"n", "mean", "low", "high"}: mean and bounds are None where there are too few votes for them."""
    count = len(votes)
    mean = fmean(votes) if votes else None
    if mean is None or count < 2:
        return {"n": count, "mean": mean and round(mean, 3), "low": None, "high": None}
    reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * stdev(votes) / math.sqrt(count)
    low, high = max(LOWEST, mean - reach), min(HIGHEST, mean + reach)
    return {"n": count, "mean": round(mean, 3), "low": round(low, 3), "high": round(high, 3)}


def sentences(result: dict[str, Any]) -> list[str]:
    """The result as a person reads it."""
    lines = [
        f"overall satisfaction  {_said(result['overall_satisfaction'], 'conversations')}",
        f"MOS                   {_said(result['mos'], 'pictures')}",
        f"{result['people']} people; {result['answered']} of {result['asked']} who were asked answered",
        *(f"{'★' * int(stars):<5} {count:6}" for stars, count in reversed(result["by_stars"].items())),
    ]
    for name in ("by_editor", "by_weights"):
        lines += [f"{key}: {_said(value, 'pictures')}" for key, value in result[name].items()]
    return lines


def in_short(result: dict[str, Any]) -> str:
    """One line: how many stars there are, and what they say."""
    mos, overall = result["mos"], result["overall_satisfaction"]
    if not mos["n"]:
        return "no ratings yet"
    people = "1 person" if result["people"] == 1 else f"{result['people']} people"
    given = "1 rating" if mos["n"] == 1 else f"{mos['n']} ratings"
    return f"{given} by {people}, MOS {mos['mean']:.2f}, overall satisfaction {overall['mean']:.2f}"


def _said(value: dict[str, Any], what: str) -> str:
    if value["mean"] is None:
        return "no ratings yet"
    interval = "" if value["low"] is None else f" (95 %: {value['low']:.2f} to {value['high']:.2f})"
    return f"{value['mean']:.2f}{interval}, n = {value['n']} {what}"


def _conversations(given: Iterable[dict[str, Any]]) -> list[float]:
    """One vote for each person in each conversation."""
    return [fmean(stars) for stars in _grouped(given, "conversation", "user_id").values()]


def _opinions(given: Iterable[dict[str, Any]], column: str) -> dict[str, Any]:
    groups = _grouped(given, column)
    return {str(key[0]): opinion(groups[key]) for key in sorted(groups)}


def _grouped(given: Iterable[dict[str, Any]], *columns: str) -> dict[tuple[Any, ...], list[float]]:
    groups: defaultdict[tuple[Hashable, ...], list[float]] = defaultdict(list)
    for row in given:
        groups[tuple(row[column] for column in columns)].append(row["stars"])
    return groups
