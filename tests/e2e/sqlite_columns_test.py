#!/usr/bin/env python3
"""Columns of SQLite rows touch each other, and each is found by itself, where it lies: in databases that SQLite itself
made, in each encoding and size of page, with keys for rows, in an index, in a write-ahead log, in pages whose database
is gone."""
import random
import shutil
import sqlite3
import sys

import common
from common import Case, weft

WORDS = ["Kunde", "Notiz", "x", "über", "7", "4711", "DE", "00", "http", "@", ".com", "1.1.", ""]
NUMBERS = [None, 0, 1, 2, 300, 1 << 20, 1 << 40, 1.5, -1]
KINDS = ("email", "iban", "ipv4", "mac")


def iban(number):
    bank = "37040044" + f"{number:010}"
    return f"DE{98 - int(bank + '131400') % 97:02}{bank}"


class Made:
    """A database, and what was planted in its rows."""

    def __init__(self, path, name, page=4096, encoding="UTF-8", keyed=False, log=False):
        rng = random.Random(name)
        self.path, self.name, self.planted = path, name, set()
        self.coding = {"UTF-8": "utf-8", "UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}[encoding]

        def value(n):
            what = rng.choice(("planted", "word", "number"))
            if what != "planted":
                return rng.choice(WORDS if what == "word" else NUMBERS)
            kind = rng.choice(KINDS)
            out = {
                "email": f"{name}{n}@velten-law.de",
                "iban": iban(rng.randrange(10**9)),
                "ipv4": f"203.0.{rng.randrange(250)}.{rng.randrange(1, 250)}",
                "mac": f"00:1a:2b:{rng.randrange(10, 99)}:{rng.randrange(10, 99)}:5e",
            }[kind]
            self.planted.add((kind, out))
            return out

        db = sqlite3.connect(path)
        db.execute(f"PRAGMA page_size={page}")
        db.execute(f"PRAGMA encoding='{encoding}'")
        if log:  # nothing of it comes into the database
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("CREATE TABLE m (id TEXT PRIMARY KEY, a, b, c, d, e) WITHOUT ROWID" if keyed else
                   "CREATE TABLE m (id TEXT, a, b, c, d, e)")
        db.execute("CREATE INDEX i ON m (b, c)")
        for n in range(120):
            row = [f"{rng.choice(WORDS)}-{n}"] + [value(f"x{n}x{i}") for i in range(5)]
            db.execute("INSERT INTO m VALUES (?, ?, ?, ?, ?, ?)", row)
        db.commit()
        if log:
            shutil.copy(f"{path}-wal", f"{path}-journal-of-pages")  # closing removes it
        db.close()
        if log:
            path.unlink()


class SqliteColumns(Case):
    def test_each_column_is_found_by_itself(self):
        folder = self.scratch / "evidence"
        folder.mkdir()
        made = [
            Made(folder / "small.db", "small", page=512),
            Made(folder / "usual.db", "usual"),
            Made(folder / "wide.db", "wide", encoding="UTF-16le"),
            Made(folder / "widebe.db", "widebe", page=1024, encoding="UTF-16be"),
            Made(folder / "largest.db", "largest", page=65536),
            Made(folder / "logged.db", "logged", page=1024, log=True),
            Made(folder / "keyed.db", "keyed", page=1024, keyed=True),
            Made(folder / "keyedbe.db", "keyedbe", encoding="UTF-16be", keyed=True),
            Made(folder / "left.db", "left"),
        ]
        # The first page of a database is gone, and where the others lie is in no file.
        left = (folder / "left.db").read_bytes()[4096:]
        (folder / "left.db").write_bytes(bytes(8192 - 512) + left)
        weft("new", self.case)
        weft("add", self.case, folder)
        weft("extract", self.case)
        rows = [row for row in common.table(self.case, "feature") if not row["path"].startswith("#")]
        files = {row["file"] for row in rows}
        self.assertEqual(len(files), len(made), files)
        for one in made:
            mine = [row for row in rows if row["file"].startswith(one.name + ".db") and row["kind"] in KINDS]
            found = {(row["kind"], row["value"]) for row in mine}
            self.assertEqual(sorted(one.planted - found)[:3], [], one.name)
            self.assertEqual(sorted(found - one.planted)[:3], [], one.name)
            content = next(folder.glob(one.name + ".db*")).read_bytes()
            for row in mine:
                value, at = row["value"].encode(one.coding), int(row["file_offset"])
                self.assertEqual(content[at:at + len(value)], value)
        weft("verify", self.case, "--samples", 12)


if __name__ == "__main__":
    sys.exit(common.main())
