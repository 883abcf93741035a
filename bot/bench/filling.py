"""A store that has been in use for long: many turns at once, written straight into the tables.

Each pair of turns has what the bot would have left of it: wish, job, answer, delivered outbox row, ledger
entry and the messages on both sides; every second wish became an edit, with a version and a picture. The
picture files are left out.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.events import ConversationRef

PAIRS = 5
"""Wishes in one conversation, each with its answer."""
SCRATCH = "PRAGMA synchronous = off; PRAGMA foreign_keys = off; PRAGMA cache_size = -200000;"

WISHES = """
CREATE TEMP TABLE wishes AS
WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :pairs)
SELECT i, i / :each AS c, i % :each % 2 = 0 AS edit, printf('c%015x', i / :each) AS conversation,
    printf('t%015x', i) AS said, printf('a%015x', i) AS answer, printf('m%d', i) AS message,
    printf('v%015x', i) AS version, printf('%064x', i) AS sha256
FROM numbers ORDER BY i
"""

ROWS = (
    """
    INSERT INTO images (sha256, mime, width, height, size)
    SELECT sha256, 'image/jpeg', 1280, 960, 300000 FROM wishes WHERE edit
    """,
    """
    INSERT INTO conversations (id, platform, space, owner, head, last_message)
    SELECT conversation, 'web', 'room' || c, 'user' || c, max(iif(edit, version, NULL)), max(message)
    FROM wishes GROUP BY c ORDER BY c
    """,
    """
    INSERT INTO versions
        (id, conversation, parent, image, instruction, summary, seed, editor, requester, created)
    SELECT version, conversation, iif(i % :each = 0, NULL, printf('v%015x', i - 2)), sha256,
        iif(i % :each = 0, NULL, 'make it look like number ' || i), 'Made it look like number ' || i, i,
        'diffusion', 'user' || c, datetime('2024-01-01', i || ' seconds')
    FROM wishes WHERE edit
    """,
    """
    INSERT INTO turns (n, id, conversation, speaker, user_id, message_id, text)
    SELECT 2 * i + 1, said, conversation, 'user', 'user' || c, message,
        'could you do number ' || i || ', please'
    FROM wishes
    """,
    """
    INSERT INTO turns (n, id, conversation, wish, speaker, text, decision, image, version)
    SELECT 2 * i + 2, answer, conversation, 2 * i + 1, 'bot', 'Here is what I have to say to number ' || i,
        iif(edit, 'edit', 'ask'), iif(edit, sha256, NULL), iif(edit, version, NULL)
    FROM wishes
    """,
    """
    INSERT INTO jobs (id, conversation, turn, kind, state, attempt, user_id, group_id, wish, act, instruction)
    SELECT printf('d%015x', i), conversation, said, 'dialogue', 'done', 1, 'user' || c, 'web:room' || c,
        'could you do number ' || i || ', please', iif(edit, 'edit', 'ask'), 'do number ' || i
    FROM wishes
    """,
    """
    INSERT INTO jobs (id, conversation, turn, kind, state, attempt, user_id, group_id, instruction, parent)
    SELECT printf('e%015x', i), conversation, said, 'edit', 'done', 1, 'user' || c, 'web:room' || c,
        'do number ' || i, version
    FROM wishes WHERE edit
    """,
    """
    INSERT INTO outbox (id, conversation, version, image, text, decision, reply_to, state, tries)
    SELECT answer, conversation, iif(edit, version, NULL), iif(edit, sha256, NULL),
        'Here is what I have to say to number ' || i, iif(edit, 'edit', 'ask'), message, 'delivered', 1
    FROM wishes
    """,
    """
    INSERT INTO ledger (platform, event_id, kind, conversation, outcome)
    SELECT 'web', message, 'MessageIn', conversation, 'handled' FROM wishes
    """,
    """
    INSERT INTO message_refs (platform, space, message_id, conversation, turn)
    SELECT 'web', 'room' || c, message, conversation, said FROM wishes
    """,
    """
    INSERT INTO message_refs (platform, space, message_id, conversation, turn, version)
    SELECT 'web', 'room' || c, 'answer' || message, conversation, answer, iif(edit, version, NULL) FROM wishes
    """,
)


def fill(database: Path, turns: int, pairs: int = PAIRS) -> ConversationRef:
    """Write about `turns` turns into a database with empty tables that nobody has open.

    They are spread over conversations of `pairs` wishes each. Returns one in the middle.
    """
    wishes = max(1, turns // 2)
    with closing(sqlite3.connect(database)) as db:
        db.executescript(SCRATCH)
        with db:
            db.execute(WISHES, {"pairs": wishes, "each": pairs})
            for statement in ROWS:
                db.execute(statement, {"each": pairs} if ":each" in statement else {})
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return ConversationRef("web", f"room{wishes // pairs // 2}")
