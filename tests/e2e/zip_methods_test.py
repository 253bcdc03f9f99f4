#!/usr/bin/env python3
"""Members of zip files, by every method that 7-Zip writes: what is planted in them is found, or said to be packed."""
import random
import subprocess
import sys

import common
from common import Case, weft

READ = ("Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd")
NOT_READ = {"shrink": 1, "implode": 6}  # by numbers that nothing writes any more


class ZipMethods(Case):
    def test_members_are_read_or_said_not_to_be(self):
        rng = random.Random(11)
        words = [f"word{n}" for n in range(3000)]
        evidence = self.scratch / "evidence"
        evidence.mkdir()
        planted = set()
        content = []
        for n in range(300):
            mail = f"user{n}@planted{n % 7}.example.org"
            planted.add(mail)
            # Copies near and far, long runs, and what does not pack at all.
            content.append(rng.choice((" ".join(rng.choices(words, k=100)), "=" * rng.randint(1, 90_000), "\n".join(content[-3:]),
                                       rng.randbytes(600).hex())))
            content.append(f"\nfrom {mail} to you\n")
        text = self.scratch / "a.txt"
        text.write_text("".join(content))
        for method in READ:
            subprocess.run(["7z", "a", "-bd", "-y", "-tzip", "-mx=9", f"-mm={method}", evidence / f"{method}.zip", text],
                           check=True, stdout=subprocess.DEVNULL)
        for method, number in NOT_READ.items():
            packed = bytearray((evidence / "Deflate.zip").read_bytes())
            packed[8:10] = number.to_bytes(2, "little")
            (evidence / f"{method}.zip").write_bytes(packed)
        weft("new", self.case)
        weft("add", self.case, evidence)
        weft("extract", self.case)
        found = {}
        for row in common.table(self.case, "feature"):
            if row["kind"] == "email":
                found.setdefault(row["file"], set()).add(row["value"])
        for method in READ:
            self.assertEqual(planted - found.get(f"{method}.zip", set()), set(), method)
        said = [row["what"] for row in common.table(self.case, "problem")]
        for method in NOT_READ:
            self.assertTrue(any(f"packed with {method}, which is not unpacked" in what for what in said), said)
        weft("verify", self.case, "--samples", 10)


if __name__ == "__main__":
    sys.exit(common.main())
