#!/usr/bin/env python3
"""Tables that LevelDB itself made are read: keys whole, values unpacked, with addresses that lead to them."""
import subprocess
import sys

import common
from common import Case, weft

MAKE = """
import random, sys
import plyvel
rng = random.Random(5)
words = ["meeting", "tomorrow", "usual", "place", "attachment", "conversation", "hello", "thanks"]
db = plyvel.DB(sys.argv[1], create_if_missing=True)
for n in range(2000):
    talk = " ".join(rng.choice(words) for _ in range(30))
    db.put(b"_https://chat.example.org\\0\\1member-%05d@key.example.net" % n,
           f"\\1{talk} from user{n}@value{n % 40}.example.net, +49 30 {20000000 + n} {talk}".encode())
db.compact_range()
db.close()
"""


class LevelDb(Case):
    def test_keys_and_values_of_a_compacted_store_are_found(self):
        store = self.scratch / "evidence" / "leveldb"
        store.parent.mkdir()
        made = subprocess.run(["/usr/bin/python3", "-c", MAKE, store], stderr=subprocess.PIPE, check=False)
        if b"No module named 'plyvel'" in made.stderr:
            self.skipTest("python3-plyvel is not installed")
        self.assertEqual(made.returncode, 0, made.stderr)
        tables = list(store.glob("*.ldb"))
        self.assertTrue(tables)
        raw = b"".join(table.read_bytes() for table in tables)
        plain = sum(b"user%d@value%d.example.net" % (n, n % 40) in raw for n in range(2000))
        self.assertLess(plain, 1000, "this store is packed: most of it no pattern sees")
        weft("new", self.case)
        weft("add", self.case, store.parent)
        weft("extract", self.case)
        rows = common.table(self.case, "feature")
        for kind, wanted in (("email", {f"user{n}@value{n % 40}.example.net" for n in range(2000)}),
                             ("email", {f"member-{n:05}@key.example.net" for n in range(2000)}),
                             ("phone", {f"+49302000{n:04}" for n in range(2000)})):
            found = {row["value"] for row in rows if row["kind"] == kind and "-LEVELDB-" in row["path"]}
            self.assertEqual(wanted - found, set())
        weft("verify", self.case, "--samples", 20)


if __name__ == "__main__":
    sys.exit(common.main())
