#!/usr/bin/env python3
"""Containers that lie as files in an exhibit: what is not unpacked there is told, file by file, on each exhibit."""
import subprocess
import sys

import common
from common import Case, weft


class Containers(Case):
    def problems(self):
        return sorted((row["exhibit"], row["path"], row["what"]) for row in common.table(self.case, "problem"))

    def test_what_is_not_unpacked_is_told(self):
        trailer = b"koly" + bytes(508)
        files = {"a.wim": b"MSWIM\0\0\0\xd0\0\0\0" + bytes(500), "b.dmg": b"x" * 70_000 + trailer, "c.txt": b"plain text\n" * 20,
                 "d.br": bytes.fromhex("f108c11351c94a1a51d1ea0de03cb063") * 8}
        for name in ("one", "two"):
            (self.scratch / name).mkdir()
            for file, content in files.items():
                (self.scratch / name / file).write_bytes(content)
        # A disk whose clusters are packed.
        raw = self.scratch / "raw.img"
        raw.write_bytes(b"anna.packed@example.org\n" * 50_000)
        subprocess.run(["qemu-img", "convert", "-q", "-c", "-O", "qcow2", raw, self.scratch / "one" / "e.qcow2"], check=True)
        weft("new", self.case)
        for name in ("one", "two"):
            weft("add", self.case, self.scratch / name)
        weft("extract", self.case)
        told = [(exhibit, file) for exhibit, file, what in self.problems() if "is not unpacked here" in what]
        self.assertEqual([(exhibit, file) for exhibit in ("one", "two") for file in ("a.wim", "b.dmg", "d.br", "e.qcow2")
                          if (exhibit, file) != ("two", "e.qcow2")], told)

    def test_legacy_lz4_is_read(self):
        evidence = self.scratch / "evidence"
        evidence.mkdir()
        text = "".join(f"from user{n}@legacy{n % 7}.example.org to you\n" for n in range(300)).encode()
        (evidence / "a.lz4").write_bytes(subprocess.run(["lz4", "-l", "-c"], input=text, stdout=subprocess.PIPE, check=True).stdout)
        weft("new", self.case)
        weft("add", self.case, evidence)
        weft("extract", self.case)
        found = [row["value"] for row in common.table(self.case, "feature") if row["kind"] == "email"]
        self.assertEqual(sorted(f"user{n}@legacy{n % 7}.example.org" for n in range(300)), sorted(found))
        self.assertEqual([], self.problems())


if __name__ == "__main__":
    sys.exit(common.main())
