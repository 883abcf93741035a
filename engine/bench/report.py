"""What was measured as a table, beside the goals. No torch in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Results = dict[str, Any]

COLUMNS = {
    "ours": "ours",
    "stock": "stock",
    "stock_batch": "stock, one batch",
    "stock_same_looks": "stock, same looks",
    "stock_same_looks_batch": "same looks, one batch",
}


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(seconds: Sequence[float]) -> Results:
    """Median and 95th percentile in milliseconds."""
    return {
        "p50_ms": round(1000 * quantile(seconds, 0.5), 2),
        "p95_ms": round(1000 * quantile(seconds, 0.95), 2),
        "n": len(seconds),
    }


def store_row(
    turns: int, words: Sequence[float], pictures: Sequence[float], cpu: float, flush: float
) -> Results:
    """What the bot and its store take for a message, from seconds per message of each kind."""
    return {
        "turns": turns,
        "message": spread([*words, *pictures]),
        "words": spread(words),
        "pictures": spread(pictures),
        "cpu_ms": round(1000 * cpu, 2),
        "flush_ms": round(1000 * flush, 2),
    }


# ---------------------------------------------------------------- goals


def goals(results: Results) -> list[Results]:
    """Each goal that applies to what was measured: {"goal", "measured", "limit", "unit", "met", "says"}."""
    found: list[Results] = []
    on = (results.get("size"), results.get("device_type"))
    if "alone" in results and on == ("starter", "cpu"):
        found += _against_stock(results, alone=2.0, waiting=3.0)
        found.append(_at_most("door to door", results["alone"]["ours"]["edit_s"], 2.0, "s"))
    if "alone" in results and on == ("full", "cuda"):
        found += _against_stock(results, alone=3.0, waiting=5.0)
        found.append(_at_most("one edit", 1000 * results["alone"]["ours"]["edit_s"], 132.0, "ms"))
    if "dialogue" in results:
        said = results["dialogue"]
        limit = 1.5 * said["step_ms"] + said["alone"]["p95_ms"]
        goal = "dialogue p95 beside edits, 1.5 steps + its own p95"
        found.append(_at_most(goal, said["beside_edits"]["p95_ms"], limit, "ms"))
    return found + _of_the_store(results.get("store", []))


def _against_stock(results: Results, alone: float, waiting: float) -> list[Results]:
    """Against the stock pipeline doing the same work; what it takes with one look stands in the table."""
    name = "stock_same_looks" if "stock_same_looks" in results["alone"] else "stock"
    looks = f", {results['looks']} looks each" if name != "stock" else ""
    once = results["alone"]
    found = [_at_least(f"one edit{looks}", once[name]["edit_s"] / once["ours"]["edit_s"], alone)]
    eight = next((row for row in results["waiting"] if row["waiting"] == 8), None)
    if eight is not None:
        found.append(_at_least(f"8 waiting, stock one by one{looks}", eight["ours"] / eight[name], waiting))
    return found


def _of_the_store(rows: Sequence[Results]) -> list[Results]:
    found = [
        _at_most(f"bot + store at {row['turns']:,} turns", row["message"]["p50_ms"], 5.0, "ms")
        for row in rows
    ]
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        ratio = last["message"]["p50_ms"] / first["message"]["p50_ms"]
        found.append(_at_most(f"{last['turns']:,} turns against {first['turns']:,}", ratio, 1.2, "x"))
    return found


def _at_most(goal: str, measured: float, limit: float, unit: str) -> Results:
    return _goal(goal, measured, limit, unit, "≤", measured <= limit, measured / limit - 1)


def _at_least(goal: str, measured: float, limit: float) -> Results:
    return _goal(f"{goal}: times stock", measured, limit, "x", "≥", measured >= limit, 1 - measured / limit)


def _goal(goal: str, measured: float, limit: float, unit: str, sign: str, met: bool, over: float) -> Results:
    says = "met" if met else f"missed by {100 * over:.0f} %"
    return {
        "goal": f"{goal} {sign} {_number(limit)} {unit}",
        "measured": round(measured, 4),
        "limit": limit,
        "unit": unit,
        "met": met,
        "says": says,
    }


# ---------------------------------------------------------------- table


def table(results: Results) -> str:
    """All of it for people to read."""
    parts = [_head(results)]
    if "alone" in results:
        parts += [_alone(results), _waiting(results["waiting"])]
    if "dialogue" in results:
        parts.append(_dialogue(results["dialogue"]))
    if "memory" in results:
        parts.append(_grid(["memory", "MB"], [[_plain(k), _mega(v)] for k, v in results["memory"].items()]))
    if "store" in results:
        parts.append(_store(results["store"]))
    if "profile" in results:
        rows = [[each["part"], each["ms"], f"{each['share']:.0%}"] for each in results["profile"]["parts"]]
        parts.append(_grid(["one edit, in the profiler", "ms", "share"], rows))
    if results["goals"]:
        rows = [[goal["goal"], goal["measured"], goal["says"]] for goal in results["goals"]]
        parts.append(_grid(["goal", "measured", ""], rows))
    return "\n\n".join(parts)


def _head(results: Results) -> str:
    shown = {
        name: results[name]
        for name in ("date", "size", "device", "dtype", "torch", "steps", "preset")
        if name in results
    }
    line = " · ".join(f"{name} {value}" for name, value in shown.items())
    if "picture" in results:
        line += f" · pictures {results['picture'][0]} x {results['picture'][1]}"
    for side, number in results.get("threads", {}).items():
        line += f" · {number} thread{'s' if number > 1 else ''} ({side})"
    return f"{line}\ncores {results['cores']} · load before and after {results['load']}"


def _alone(results: Results) -> str:
    rows = [[COLUMNS[name], each["edit_s"], each["loop_s"]] for name, each in results["alone"].items()]
    return _grid(["one edit alone", "door to door s", "denoising s"], rows)


def _waiting(rows: Sequence[Results]) -> str:
    names = [name for name in COLUMNS if any(name in row for row in rows)]
    head = ["waiting: edits a minute", *(COLUMNS[name] for name in names)]
    return _grid(head, [[row["waiting"], *(row.get(name) for name in names)] for row in rows])


def _dialogue(said: Results) -> str:
    rows = [
        ["alone", said["alone"]["p50_ms"], said["alone"]["p95_ms"]],
        [
            f"beside {said['edits_beside']} edits",
            said["beside_edits"]["p50_ms"],
            said["beside_edits"]["p95_ms"],
        ],
    ]
    return _grid([f"a question; one step takes {_number(said['step_ms'])} ms", "p50 ms", "p95 ms"], rows)


def _store(rows: Sequence[Results]) -> str:
    head = [
        "bot + store: ms a message at turns",
        "p50",
        "p95",
        "words p50",
        "picture p50",
        "of it CPU",
        "a flush",
    ]
    return _grid(
        head,
        [
            [
                f"{row['turns']:,}",
                row["message"]["p50_ms"],
                row["message"]["p95_ms"],
                row["words"]["p50_ms"],
                row["pictures"]["p50_ms"],
                row["cpu_ms"],
                row["flush_ms"],
            ]
            for row in rows
        ],
    )


def _grid(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """Three digits that matter, never as a power of ten."""
    if value == 0 or value >= 100:
        return f"{value:.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def _mega(value: int | None) -> str:
    return "–" if value is None else f"{value / 1e6:.0f}"


def _plain(name: str) -> str:
    return name.replace("_", ", ").replace("rss", "most in RAM").replace("card", "most on the card")
