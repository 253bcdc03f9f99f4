#!/usr/bin/env python3
"""Hostile and broken input: a documented exit code and a message, no crash, no hang, nothing outside the case, and
everything else still extracted."""
import gzip
import io
import os
import pathlib
import random
import shutil
import subprocess
import zipfile

import common
from common import ATTENTION, EVIDENCE, NO_INPUT, OK, Case, table, weft

SEEN = "witness.of.the.page@kestrelbrook-post.net"  # lies beside what is broken, and must be found all the same


def good_image(path):
    path.write_bytes(b"\0" * 8192 + f" {SEEN} ".encode() + b"\0" * 8192)
    return path


def zip_bomb(levels, size):
    """A zip of zips of zeros."""
    content = b"\0" * size
    for _ in range(levels):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", content)
        content = out.getvalue()
    return content


class Hostile(Case):
    def run_both(self, bad, codes, timeout=300):
        """The bad input beside a good one: the good one is extracted whatever the bad one is."""
        good = good_image(self.scratch / "good.img")
        done = weft("run", self.case, bad, good, expect=codes, timeout=timeout)
        if codes == {NO_INPUT} and not (self.case / "packs/good").exists():
            done = weft("run", self.case, good, expect={OK})  # refused as a whole: nothing was half taken in
        values = {r["value"] for r in table(self.case, "feature", {OK, ATTENTION}) if r["exhibit"] == "good"}
        self.assertIn(SEEN, values)
        return done

    def test_zero_length(self):
        bad = self.scratch / "empty.img"
        bad.touch()
        done = self.run_both(bad, {OK, ATTENTION, NO_INPUT})
        self.assertIn("empty", done.text)

    def test_missing(self):
        done = weft("run", self.case, self.scratch / "nothing.img", expect={NO_INPUT})
        self.assertIn("nothing.img", done.text)

    def test_missing_segment(self):
        _, evidence = common.sample_case(self.scratch / "sample")
        common.needs_evidence("images/plaso/image-split.E01")
        bad = self.scratch / "image-split.E01"
        shutil.copy(EVIDENCE / "images/plaso/image-split.E01", bad)
        done = weft("run", self.case, bad, expect={NO_INPUT})
        self.assertIn("segment", done.text.lower())

    def test_unsupported_container_is_named_and_not_read_as_raw(self):
        common.needs_evidence("images/aff4/Base-Linear.af4")
        done = weft("run", self.case, EVIDENCE / "images/aff4/Base-Linear.af4", expect={NO_INPUT})
        self.assertIn("AFF4", done.text)

    def test_truncated_containers(self):
        _, evidence = common.sample_case(self.scratch / "sample")
        rng = random.Random(1)
        for path in evidence:
            if path.is_dir() or path.suffix in {".002", ".003"}:
                continue
            for part in (0.0001, rng.random(), 0.97):
                with self.subTest(f"{path.name} cut at {part:.2f}"):
                    bad = self.scratch / f"cut{path.suffix}"
                    bad.write_bytes(path.read_bytes()[:int(path.stat().st_size * part)])
                    shutil.rmtree(self.case, ignore_errors=True)
                    self.run_both(bad, {OK, ATTENTION, NO_INPUT} if part > 0.001 else common.DOCUMENTED)

    def test_flipped_bits(self):
        _, evidence = common.sample_case(self.scratch / "sample")
        rng = random.Random(int(os.environ.get("WEFT_SEED", 3)))
        for path in evidence:
            if path.is_dir() or path.suffix in {".002", ".003"}:
                continue
            with self.subTest(path.name):
                content = bytearray(path.read_bytes())
                # Where structures are: the beginning, and wherever the bytes are not zeros.
                places = [rng.randrange(4096) for _ in range(20)]
                places += [p for p in (rng.randrange(len(content)) for _ in range(3000)) if content[p]][:200]
                for place in places:
                    content[place] ^= 1 << rng.randrange(8)
                bad = self.scratch / f"flipped{path.suffix}"
                bad.write_bytes(content)
                shutil.rmtree(self.case, ignore_errors=True)
                self.run_both(bad, {OK, ATTENTION, NO_INPUT})

    def test_bombs_are_stopped_by_limits_and_named(self):
        bomb = self.scratch / "bomb.img"
        bomb.write_bytes(b"\0" * 4096 + gzip.compress(b"\0" * (300 << 20), 9) + zip_bomb(4, 1 << 20) + f" {SEEN} ".encode())
        self.run_both(bomb, {OK, ATTENTION})
        self.assertTrue(any(r["exhibit"] == "bomb" for r in table(self.case, "problem")), "a limit was met in silence")
        self.assertIn(SEEN, {r["value"] for r in table(self.case, "feature") if r["exhibit"] == "bomb"})
        size = sum(p.stat().st_size for p in self.case.rglob("*") if p.is_file())
        self.assertLess(size, 64 << 20, "the bomb went off on the disk")

    def test_zip_as_exhibit_with_names_that_climb_out(self):
        bad = self.scratch / "climb.zip"
        with zipfile.ZipFile(bad, "w") as archive:
            archive.writestr("../../climbed.txt", "x")
            archive.writestr("/climbed.txt", "x")
            archive.writestr("a/../../climbed.txt", "x")
            archive.writestr("fine.txt", f"{SEEN}\n")
        self.run_both(bad, {OK, ATTENTION, NO_INPUT})
        self.assertEqual(list(self.scratch.rglob("climbed.txt")), [])
        self.assertFalse(pathlib.Path("/climbed.txt").exists())

    def test_folder_with_cycles_and_strange_things(self):
        folder = self.scratch / "strange"
        (folder / "a/b").mkdir(parents=True)
        (folder / "a/b/up").symlink_to("../..")
        (folder / "loop").symlink_to("loop")
        (folder / "outside").symlink_to("/etc/passwd")
        os.mkfifo(folder / "fifo")
        (folder / os.fsdecode(b"not utf-8 \xff\xfe")).write_text("x")
        (folder / "new\nline").write_text(f"{SEEN}\n")
        self.run_both(folder, {OK, ATTENTION})
        rows = {r["path"]: r for r in table(self.case, "file") if r["exhibit"] == "strange"}
        self.assertEqual(rows["outside"]["kind"], "link")
        self.assertEqual(rows["fifo"]["kind"], "fifo")
        self.assertFalse(any(p.startswith(("a/b/up/", "loop/")) for p in rows))

    def test_random_bytes_and_known_magic_with_garbage(self):
        rng = random.Random(2)
        for name, head in (("noise", b""), ("ewf", b"EVF\x09\x0d\x0a\xff\x00"), ("qcow", b"QFI\xfb\0\0\0\3"),
                           ("vmdk", b"KDMV\1\0\0\0"), ("vhdx", b"vhdxfile"), ("zip", b"PK\3\4"), ("gz", b"\x1f\x8b\x08")):
            with self.subTest(name):
                bad = self.scratch / f"{name}.bin"
                bad.write_bytes(head + rng.randbytes(3 << 20))
                shutil.rmtree(self.case, ignore_errors=True)
                done = self.run_both(bad, {OK, ATTENTION} if name == "noise" else {OK, ATTENTION, NO_INPUT})
                if name in {"ewf", "qcow", "vmdk", "vhdx"}:
                    self.assertNotIn("bin  raw", done.text)

    def test_damaged_file_systems(self):
        """Pointers that lead in circles or nowhere: metadata of an ext4 image overwritten in several ways."""
        rng = random.Random(5)
        base = self.scratch / "base.img"
        with open(base, "wb") as out:
            out.truncate(4 << 20)
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", base], check=True)
        clean = base.read_bytes()
        for round_ in range(6):
            content = bytearray(clean)
            for _ in range(40):
                place = rng.randrange(1024, 300 << 10)
                content[place:place + 4] = rng.choice([b"\xff\xff\xff\xff", b"\2\0\0\0", rng.randbytes(4)])
            bad = self.scratch / f"damaged{round_}.img"
            bad.write_bytes(content)
            shutil.rmtree(self.case, ignore_errors=True)
            self.run_both(bad, {OK, ATTENTION})


if __name__ == "__main__":
    common.main()
