#!/usr/bin/env python3
"""Containers that lie as files in an exhibit: what is not unpacked there is told, file by file, on each exhibit."""
import random
import re
import subprocess
import sys
import time

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

    def test_what_is_cut_off_is_one_problem(self):
        # Several pages and units; a quarter of it is cut off, with the table that says where chunks begin.
        raw = self.scratch / "raw.img"
        text = b"".join(b"from user%d@before.example.org " % n + random.Random(n).randbytes(1 << 20) for n in range(200))
        raw.write_bytes(text + bytes(-len(text) % 512))  # whole sectors
        subprocess.run(["ewfacquire", "-u", "-q", "-c", "deflate:none", "-S", "1G", "-t", self.scratch / "cut", raw], check=True,
                       stdout=subprocess.DEVNULL)
        image = self.scratch / "cut.E01"
        whole = image.read_bytes()
        image.write_bytes(whole[:len(whole) * 3 // 4])
        weft("new", self.case)
        weft("add", self.case, image)
        for wait in (0.4, 0.7):
            process = common.start("extract", self.case)
            time.sleep(wait)
            process.kill()
            process.communicate()
        weft("extract", self.case)
        told = [what for _, _, what in self.problems() if "could not be read" in what]
        self.assertEqual(1, len(told), told)
        size, begin = map(int, re.match(r"(\d+) bytes at (\d+) ", told[0]).groups())
        self.assertEqual(raw.stat().st_size, begin + size)
        found = {row["value"] for row in common.table(self.case, "feature") if row["value"].endswith("@before.example.org")}
        self.assertEqual({f"user{n}@before.example.org" for n in range(200) if n * ((1 << 20) + 32) < begin - 64}, found)

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
