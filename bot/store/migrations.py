"""The tables, as a story of numbered steps. Applied ones are listed in `_sqlite_migrations`.

A released step is never changed: add a new one. Times are UTC text, so that they can be read in any browser.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from bot.store.sql import write

migrations = Migrations("dialogpaint")

NOW = "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))"


@migrations()
def m001_pictures_and_conversations(db: Database) -> None:
    """The tree of pictures and what was said. `n` is the order in which rows came."""
    db.executescript(
        f"""
        CREATE TABLE images (
            sha256 TEXT PRIMARY KEY, mime TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
            size INTEGER NOT NULL, created {NOW}
        );
        CREATE TABLE conversations (
            id TEXT PRIMARY KEY, platform TEXT NOT NULL, space TEXT NOT NULL, thread TEXT NOT NULL DEFAULT '',
            owner TEXT NOT NULL, head TEXT REFERENCES versions(id),
            pending_wish TEXT,                     -- a wish that waits for its picture
            questions INTEGER NOT NULL DEFAULT 0,  -- asked in a row for the present wish
            last_message TEXT,                     -- the newest message id handled, for catching up
            created {NOW}, active {NOW},
            UNIQUE (platform, space, thread)
        );
        CREATE TABLE versions (
            id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations(id),
            parent TEXT REFERENCES versions(id), image TEXT NOT NULL REFERENCES images(sha256),
            instruction TEXT, summary TEXT, seed INTEGER, text_guidance REAL, image_guidance REAL,
            editor TEXT, requester TEXT NOT NULL, created {NOW}
        );
        CREATE INDEX versions_conversation ON versions (conversation);
        CREATE TABLE undos (
            n INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations(id),
            kind TEXT NOT NULL CHECK (kind IN ('undo', 'reset')),
            target TEXT NOT NULL REFERENCES versions(id), "start" TEXT NOT NULL REFERENCES versions(id),
            "end" TEXT NOT NULL REFERENCES versions(id),
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redone', 'dropped')),
            user_id TEXT NOT NULL, created {NOW}
        );
        CREATE INDEX undos_conversation ON undos (conversation, state);
        CREATE TABLE turns (
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            conversation TEXT NOT NULL REFERENCES conversations(id),
            wish INTEGER REFERENCES turns(n),      -- the user's turn that a bot's turn answers
            speaker TEXT NOT NULL CHECK (speaker IN ('user', 'bot')), user_id TEXT, message_id TEXT,
            text TEXT NOT NULL, decision TEXT, image TEXT REFERENCES images(sha256),
            version TEXT REFERENCES versions(id), created {NOW}
        );
        CREATE INDEX turns_conversation ON turns (conversation, n);
        """
    )


@migrations()
def m002_work(db: Database) -> None:
    """Jobs for the engine, replies on their way out, and what was handled already."""
    db.executescript(
        f"""
        CREATE TABLE jobs (
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            conversation TEXT NOT NULL REFERENCES conversations(id), turn TEXT NOT NULL REFERENCES turns(id),
            kind TEXT NOT NULL CHECK (kind IN ('dialogue', 'edit')),
            state TEXT NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            attempt INTEGER NOT NULL DEFAULT 0, user_id TEXT NOT NULL, moderator INTEGER NOT NULL DEFAULT 0,
            group_id TEXT, wish TEXT, note TEXT, instruction TEXT, summary TEXT,
            parent TEXT REFERENCES versions(id),   -- the picture to edit; none: the head when its turn comes
            seed INTEGER, text_guidance REAL, image_guidance REAL,
            status_message TEXT, error TEXT, created {NOW}, changed {NOW}
        );
        CREATE INDEX jobs_open ON jobs (conversation) WHERE state IN ('queued', 'running');
        CREATE TABLE outbox (
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE REFERENCES turns(id),
            conversation TEXT NOT NULL REFERENCES conversations(id), job TEXT REFERENCES jobs(id),
            version TEXT REFERENCES versions(id), image TEXT REFERENCES images(sha256),
            text TEXT NOT NULL, decision TEXT NOT NULL, reply_to TEXT,
            actions TEXT NOT NULL DEFAULT '',      -- "undo:VERSION redo:VERSION"
            state TEXT NOT NULL DEFAULT 'open'
                CHECK (state IN ('open', 'sending', 'delivered', 'failed', 'unsure')),
            tries INTEGER NOT NULL DEFAULT 0, reason TEXT,
            place TEXT,                            -- the message it is edited into, if it needs one
            created {NOW}, changed {NOW}
        );
        CREATE INDEX outbox_open ON outbox (conversation) WHERE state IN ('open', 'sending');
        CREATE TABLE ledger (
            platform TEXT NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL,
            conversation TEXT REFERENCES conversations(id), outcome TEXT NOT NULL, created {NOW},
            PRIMARY KEY (platform, event_id)
        );
        CREATE TABLE message_refs (
            platform TEXT NOT NULL, space TEXT NOT NULL, thread TEXT NOT NULL DEFAULT '',
            message_id TEXT NOT NULL, conversation TEXT NOT NULL REFERENCES conversations(id),
            turn TEXT REFERENCES turns(id), version TEXT REFERENCES versions(id),
            job TEXT REFERENCES jobs(id), created {NOW},
            PRIMARY KEY (platform, space, thread, message_id)
        );
        CREATE TABLE telegram_updates (
            update_id INTEGER PRIMARY KEY, payload TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'poison')), created {NOW}
        );
        CREATE INDEX telegram_updates_open ON telegram_updates (update_id) WHERE state = 'open';
        """
    )


@migrations()
def m003_views_for_the_admin(db: Database) -> None:
    """What an admin wants to see first in a SQLite browser."""
    db.create_view(
        "conversation_overview",
        """
        SELECT c.id, c.platform, c.space, c.thread, c.owner, c.active,
            (SELECT count(*) FROM turns t WHERE t.conversation = c.id) AS turns,
            (SELECT count(*) FROM versions v WHERE v.conversation = c.id) AS pictures,
            (SELECT count(*) FROM jobs j WHERE j.conversation = c.id AND j.state IN ('queued', 'running'))
                AS open_jobs,
            (SELECT v.instruction FROM versions v WHERE v.id = c.head) AS head_instruction
        FROM conversations c ORDER BY c.active DESC
        """,
    )
    db.create_view(
        "open_jobs",
        """
        SELECT j.id, j.kind, j.state, j.attempt, j.user_id, c.platform, c.space, c.thread,
            coalesce(j.instruction, j.wish) AS wish, j.created
        FROM jobs j JOIN conversations c ON c.id = j.conversation
        WHERE j.state IN ('queued', 'running') ORDER BY j.n
        """,
    )
    db.create_view(
        "recent_failures",
        """
        SELECT changed, kind || ' job' AS what, id, conversation, coalesce(instruction, wish) AS about, error
        FROM jobs WHERE state = 'failed'
        UNION ALL
        SELECT changed, state || ' reply', id, conversation, text, reason
        FROM outbox WHERE state IN ('failed', 'unsure')
        ORDER BY 1 DESC LIMIT 200
        """,
    )


@migrations()
def m004_words_that_may_be_shared(db: Database) -> None:
    """What `dialogpaint data dialogue --from-store` may see: two views, and nothing else.

    `training_turns` numbers conversations, turns and pictures anew and holds the words of owners who allowed
    it, with what the model decided on them. `speaker` is "other" for anybody else, whose words are left out.
    `text` and `act` are NULL where the bot did not do what was decided, or nobody spoke (a button, a
    reaction). `picture` is the one that a turn brings, answers to or shows, `upload` whether no edit made it.
    """
    # shared_as: the owner's name when they allowed it, to be taken out of their words; NULL: not allowed
    write(db, "ALTER TABLE conversations ADD COLUMN shared_as TEXT")
    # act: what the model decided, with instruction and summary as it gave them
    write(db, "ALTER TABLE jobs ADD COLUMN act TEXT")
    db.create_view(
        "training_turns",
        """
        SELECT c.rowid AS conversation,
            row_number() OVER (PARTITION BY c.rowid ORDER BY coalesce(t.wish, t.n), t.n) AS turn,
            iif(t.user_id <> c.owner, 'other', t.speaker) AS speaker,
            CASE WHEN t.speaker = 'user' THEN nullif(j.wish, '') WHEN t.decision = j.act THEN j.summary END
                AS text,
            iif(t.decision = j.act, j.act, NULL) AS act,
            iif(t.decision = j.act, j.instruction, NULL) AS instruction,
            v.rowid AS picture, v.rowid IS NOT NULL AND v.parent IS NULL AS upload
        FROM conversations c JOIN turns t ON t.conversation = c.id
        LEFT JOIN turns said ON said.n = coalesce(t.wish, t.n) AND said.user_id = c.owner
        LEFT JOIN jobs j ON j.turn = said.id AND j.kind = 'dialogue'
        LEFT JOIN versions v ON v.id = coalesce(t.version, iif(t.speaker = 'user', j.parent, NULL))
        WHERE c.shared_as IS NOT NULL ORDER BY 1, 2
        """,
    )
    db.create_view(
        "training_names",
        "SELECT rowid AS conversation, shared_as AS name FROM conversations WHERE shared_as <> ''",
    )


@migrations()
def m005_turns_find_their_jobs(db: Database) -> None:
    """What was said before a wish is read with the job of each turn."""
    write(db, "CREATE INDEX jobs_turn ON jobs (turn)")


@migrations()
def m006_edits_done_once_more(db: Database) -> None:
    """Again, stronger, subtler and from the original remember what they remade, and the head before."""
    write(db, "ALTER TABLE jobs ADD COLUMN remakes TEXT REFERENCES versions(id)")
    write(db, "ALTER TABLE versions ADD COLUMN remakes TEXT REFERENCES versions(id)")
    write(db, "ALTER TABLE versions ADD COLUMN back TEXT REFERENCES versions(id)")


@migrations()
def m007_ratings(db: Database) -> None:
    """Stars for edited pictures, and what `dialogpaint data editing --from-store` may see of those.

    `training_pairs` holds what was painted from pictures that the owner sent and shares: each step from the
    upload on was wished for by the owner, in words or by doing once more what they had put into words; what
    was made in series, from the original, is no pair. Files are relative to the data folder, see
    `bot.store.images`; `photo` is the upload where it all began, `stars` the least that anybody gave.
    """
    db.executescript(
        f"""
        CREATE TABLE ratings (
            version TEXT NOT NULL REFERENCES versions(id), user_id TEXT NOT NULL,
            stars INTEGER CHECK (stars BETWEEN 1 AND 5),  -- none: asked, and no answer yet
            asked INTEGER NOT NULL DEFAULT 0,             -- whether stars were shown to that person
            created {NOW}, PRIMARY KEY (version, user_id)
        );
        CREATE INDEX ratings_user ON ratings (user_id, created);
        """
    )
    # weights: of the editor that painted it; NULL: none were needed, or painted before this was noted
    write(db, "ALTER TABLE versions ADD COLUMN weights TEXT")
    # own_upload: sent by its requester; 0: taken from the message answered, or from before this was noted
    write(db, "ALTER TABLE versions ADD COLUMN own_upload INTEGER NOT NULL DEFAULT 0")
    # shares_pictures: besides the words. Whoever shared before was promised that pictures stay out.
    write(db, "ALTER TABLE conversations ADD COLUMN shares_pictures INTEGER NOT NULL DEFAULT 0")
    db.create_view(
        "training_pairs",
        """
        WITH RECURSIVE worded(version, parent, requester) AS (  -- the edit that was first asked for in words
            SELECT id, parent, requester FROM versions WHERE remakes IS NULL
            UNION ALL
            SELECT v.id, w.parent, w.requester FROM worded w JOIN versions v ON v.remakes = w.version
        ), own(version, photo, owner, conversation) AS (
            SELECT v.id, v.image, c.owner, c.rowid
            FROM conversations c JOIN versions v ON v.conversation = c.id
            WHERE c.shares_pictures AND c.shared_as IS NOT NULL AND v.own_upload AND v.requester = c.owner
            UNION ALL
            SELECT v.id, own.photo, own.owner, own.conversation
            FROM own JOIN versions v ON v.parent = own.version JOIN worded w ON w.version = v.id
            WHERE v.requester = own.owner AND w.requester = own.owner AND w.parent = v.parent
        ), files AS (
            SELECT sha256, 'images/' || substr(sha256, 1, 2) || '/' || sha256
                || iif(mime = 'image/jpeg', '.jpg', '.png') AS file FROM images
        )
        SELECT own.conversation, photo.file AS photo, source.file AS source, target.file AS target,
            v.instruction, min(r.stars) AS stars
        FROM own JOIN versions v ON v.id = own.version JOIN versions before ON before.id = v.parent
        JOIN files photo ON photo.sha256 = own.photo JOIN files source ON source.sha256 = before.image
        JOIN files target ON target.sha256 = v.image
        JOIN ratings r ON r.version = v.id AND r.stars IS NOT NULL
        WHERE v.editor = 'diffusion' AND v.instruction <> '' GROUP BY v.id ORDER BY v.rowid
        """,
    )


@migrations()
def m008_pictures_are_looked_at_twice_at_most(db: Database) -> None:
    """A message is noted before its picture is read: one that kills the bot each time must not loop."""
    db.executescript(
        """
        CREATE TABLE intakes (
            platform TEXT NOT NULL, event_id TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 1,
            PRIMARY KEY (platform, event_id)
        ) WITHOUT ROWID;
        """
    )


@migrations()
def m009_jumps(db: Database) -> None:
    """The head may go to any version that is chosen; SQLite can't change a CHECK, so the table is rebuilt."""
    db.executescript(
        f"""
        ALTER TABLE undos RENAME TO old_undos;
        DROP INDEX undos_conversation;
        CREATE TABLE undos (
            n INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations(id),
            kind TEXT NOT NULL CHECK (kind IN ('undo', 'reset', 'jump')),
            target TEXT NOT NULL REFERENCES versions(id), "start" TEXT NOT NULL REFERENCES versions(id),
            "end" TEXT NOT NULL REFERENCES versions(id),
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redone', 'dropped')),
            user_id TEXT NOT NULL, created {NOW}
        );
        INSERT INTO undos (n, conversation, kind, target, "start", "end", state, user_id, created)
            SELECT n, conversation, kind, target, "start", "end", state, user_id, created FROM old_undos;
        DROP TABLE old_undos;
        CREATE INDEX undos_conversation ON undos (conversation, state);
        """
    )


@migrations()
def m010_long_lives(db: Database) -> None:
    """A message costs the same however much was said before: no query of one looks at all rows."""
    write(db, "CREATE INDEX turns_place ON turns (conversation, coalesce(wish, n))")
    write(db, "CREATE INDEX turns_version ON turns (version) WHERE version IS NOT NULL")
    write(db, "CREATE INDEX jobs_asked ON jobs (conversation) WHERE act = 'ask'")
    write(db, "CREATE INDEX undos_target ON undos (target)")


@migrations()
def m011_servers_and_groups(db: Database) -> None:
    """What people set for a conversation, and moderators for a server or group, which each belongs to."""
    db.executescript(
        """
        CREATE TABLE conversation_settings (
            conversation TEXT NOT NULL REFERENCES conversations(id), name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (conversation, name)
        ) WITHOUT ROWID;
        CREATE TABLE group_settings (
            platform TEXT NOT NULL, group_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (platform, group_id, name)
        ) WITHOUT ROWID;
        CREATE TABLE told (                        -- what a person is told once
            platform TEXT NOT NULL, place TEXT NOT NULL, user_id TEXT NOT NULL, what TEXT NOT NULL,
            PRIMARY KEY (platform, place, user_id, what)
        ) WITHOUT ROWID;
        ALTER TABLE conversations ADD COLUMN group_id TEXT;
        """
    )
    # Telegram's groups tell by their id; a Discord channel's server is noted with its next event.
    write(db, "UPDATE conversations SET group_id = space WHERE platform = 'telegram' AND space LIKE '-%'")
    write(db, "CREATE INDEX conversations_group ON conversations (platform, group_id)")


@migrations()
def m012_several_pictures_at_once(db: Database) -> None:
    """The pictures of a message that brought several, and which of those a wish has yet to choose from."""
    db.executescript(
        """
        CREATE TABLE albums (
            turn TEXT NOT NULL REFERENCES turns(id), number INTEGER NOT NULL,
            version TEXT NOT NULL REFERENCES versions(id), PRIMARY KEY (turn, number)
        ) WITHOUT ROWID;
        CREATE INDEX albums_version ON albums (version);
        """
    )
    # album: the turn whose pictures a wish may be about; choice: the job that was decided and waits for which
    write(db, "ALTER TABLE conversations ADD COLUMN album TEXT REFERENCES turns(id)")
    write(db, "ALTER TABLE conversations ADD COLUMN choice TEXT REFERENCES jobs(id)")


@migrations()
def m013_pictures_to_be_deleted(db: Database) -> None:
    """Files that nothing uses any more; listed until they are gone, as a crash may come in between."""
    db.executescript(
        "CREATE TABLE doomed_images (sha256 TEXT PRIMARY KEY, mime TEXT NOT NULL) WITHOUT ROWID;"
    )


@migrations()
def m014_spoilers(db: Database) -> None:
    """A picture that was sent hidden stays hidden, and so does everything that is made of it."""
    # spoiler: of an upload; an edit is one where the upload is that it began with
    write(db, "ALTER TABLE versions ADD COLUMN spoiler INTEGER NOT NULL DEFAULT 0")


@migrations()
def m015_pictures_sent_as_files(db: Database) -> None:
    """A picture sent as a file, in its original quality, and all that is made of it goes as a file."""
    # as_file: of an upload, like spoiler
    write(db, "ALTER TABLE versions ADD COLUMN as_file INTEGER NOT NULL DEFAULT 0")
