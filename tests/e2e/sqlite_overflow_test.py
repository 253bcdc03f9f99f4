#!/usr/bin/env python3
"""Rows of SQLite databases that go on on other pages are read whole, as texts and as packed blobs, in databases that
SQLite itself made: in each encoding, with pages of pointers, with keys for rows, in a zip, in a write-ahead log, larger
than a page of the scan."""
import gzip
import random
import shutil
import sqlite3
import sys
import zipfile

import common
from common import Case, weft

WORDS = ["meeting", "tomorrow", "usual", "place", "attachment", "conversation", "hello", "thanks", "über", "naïve"]


class Made:
    """A database, and what was planted in its rows."""

    def __init__(self, path, name, page=4096, encoding="UTF-8", vacuum=0, rows=40, keyed=False, noise=3, log=False):
        rng = random.Random(name)
        self.texts, self.packed = set(), set()

        def talk(planted, part, count):
            said = []
            for n in range(count):
                address = f"{name}{part}x{n}@mail.example.org"
                planted.add(address)
                said.append(" ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 9))) + f" {address} ")
            return "".join(said)

        db = sqlite3.connect(path)
        for pragma in (f"page_size={page}", f"encoding='{encoding}'", f"auto_vacuum={vacuum}"):
            db.execute(f"PRAGMA {pragma}")
        if log:  # nothing of it comes into the database
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("CREATE TABLE chat (id INTEGER PRIMARY KEY, sender TEXT, body TEXT, extra BLOB)" if not keyed else
                   "CREATE TABLE chat (sender TEXT PRIMARY KEY, body TEXT, extra BLOB) WITHOUT ROWID")
        for n in range(rows):
            packed = talk(self.packed, f"{n}z", 30) + rng.randbytes(rng.randrange(noise * page)).hex()
            db.execute("INSERT INTO chat (sender, body, extra) VALUES (?, ?, ?)",
                       (f"{name}-{n:03}", talk(self.texts, f"{n}t", rng.randrange(2, page // 40)), gzip.compress(packed.encode(), mtime=0)))
            if log and n % 5 == 0:
                db.commit()
            if n % 7 == 3:  # so that there are free pages, and chains that do not go straight on
                db.execute("DELETE FROM chat WHERE sender = ?", (f"{name}-{n - 2:03}",))
                gone = f"{name}{n - 2}"
                self.texts = {one for one in self.texts if not one.startswith(gone + "t")}
                self.packed = {one for one in self.packed if not one.startswith(gone + "z")}
        db.commit()
        if log:
            shutil.copy(f"{path}-wal", f"{path}-journal-of-pages")  # closing removes it
        db.close()
        if log:
            path.unlink()


class SqliteOverflow(Case):
    def test_rows_on_several_pages_are_read_whole(self):
        folder = self.scratch / "evidence"
        folder.mkdir()
        made = [
            Made(folder / "small.db", "small", page=512),
            Made(folder / "usual.db", "usual"),
            Made(folder / "wide.db", "wide", encoding="UTF-16le"),
            Made(folder / "widebe.db", "widebe", page=1024, encoding="UTF-16be"),
            Made(folder / "vacuum.db", "vacuum", page=1024, vacuum=1),
            Made(folder / "largest.db", "largest", page=65536, rows=8),
            Made(folder / "logged.db", "logged", page=1024, log=True),
            Made(folder / "keyed.db", "keyed", page=1024, keyed=True),
            Made(self.scratch / "zipped.db", "zipped", page=2048),
            Made(folder / "long.db", "long", rows=900, noise=12),  # longer than a page of the scan
        ]
        with zipfile.ZipFile(folder / "backup.zip", "w", zipfile.ZIP_DEFLATED) as out:
            out.write(self.scratch / "zipped.db", "zipped.db")
        self.assertGreater((folder / "long.db").stat().st_size, 17 << 20)
        weft("new", self.case)
        weft("add", self.case, folder)
        weft("extract", self.case)
        rows = common.table(self.case, "feature")
        # Packed bytes may look like the begin of a stream within a stream, but none is cut by a seam.
        problems = [row for row in common.table(self.case, "problem") if row["stage"] == "scan"]
        self.assertLess(len(problems), 4, problems[:4])
        scanned = {row["value"] for row in rows if row["kind"] == "email" and row["scanner"] == "email"}
        for one in made:
            missed = {"texts": one.texts - scanned, "packed": one.packed - scanned}
            self.assertEqual({what: sorted(some)[:3] for what, some in missed.items() if some}, {})
        found = [row["path"] for row in rows if row["kind"] == "email" and row["scanner"] == "email"]
        chained = [path for path in found if "-SQLITE-" in path]
        self.assertGreater(len(chained), 1000)
        self.assertGreater(sum("-GZIP-" in path for path in chained), 1000)
        self.assertGreater(sum("-ZIP-" in path for path in chained), 100)
        # Nothing of a row is told in pieces beside it.
        planted = set().union(*(one.texts | one.packed for one in made))
        names = ("small", "usual", "wide", "vacuum", "largest", "keyed", "zipped", "long", "logged")
        cut = {value for value in scanned - planted if value.endswith(".org") and value.startswith(names)}
        self.assertLess(len(cut), 0.01 * len(planted), sorted(cut)[:20])
        weft("verify", self.case, "--samples", 12)


if __name__ == "__main__":
    sys.exit(common.main())
