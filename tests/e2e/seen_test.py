#!/usr/bin/env python3
"""Bytes already seen cost only their hash: exhibits that share an installed system take its findings from the first, a
content that comes again on an exhibit takes its own; packs are the same as those made without the short-cut."""
import gzip
import hashlib
import os
import random
import shutil
import subprocess
import time

import common
from common import Case, weft


def file_system(path, tree, mib, kind="ext4"):
    with open(path, "wb") as out:
        out.truncate(mib << 20)
    subprocess.run(["mke2fs", "-q", "-F", "-t", kind, "-E", "hash_seed=5f6a3c1e-1111-4222-8333-944444444444", "-d", tree, path],
                   check=True)


class Seen(Case):
    def setUp(self):
        super().setUp()
        rng = random.Random(7)
        words = [f"word{n}" for n in range(2000)]
        system = self.scratch / "system"
        self.large = []  # SHA-256 of the large contents
        for n in range(400):
            folder = system / "usr" / f"d{n % 20}"
            folder.mkdir(parents=True, exist_ok=True)
            text = " ".join(rng.choice(words) + ("@mail.example.org" if rng.random() < 0.01 else "") for _ in range(4000)).encode()
            if n % 10 == 0:
                text = gzip.compress(text, mtime=0)
            if n % 50 == 0:  # larger than a page and its margin
                text = rng.randbytes(18 << 20) + b" large.file%d@mail.example.org " % n
            if n % 10 == 3:
                text += b" paid with card 4556 7375 8689 9855 "
            (folder / f"f{n}").write_bytes(text)
            if n % 50 == 0:
                self.large.append(hashlib.sha256(text).digest())
        # Unpacks to more than what is scanned with its page.
        long_text = b"".join(b"long.stream%d@mail.example.org" % n + bytes(1 << 20) for n in range(70))
        (system / "usr" / "long.gz").write_bytes(gzip.compress(long_text, mtime=0))
        self.streams = hashlib.sha256(b"streams of " + hashlib.sha256((system / "usr" / "long.gz").read_bytes()).hexdigest().encode()).digest()
        self.images = []
        for k in range(3):
            tree = self.scratch / f"tree{k}"
            shutil.copytree(system, tree, copy_function=os.link)
            home = tree / "home" / f"user{k}"
            home.mkdir(parents=True)
            for m in range(5 + 40 * k):  # so that the system lies elsewhere on each
                (home / f"note{m}.txt").write_text(f"from user{k}.{m}@private.example.org\n" * (50 + m))
            image = self.scratch / f"k{k}.img"
            # On the second, files above 48 KiB lie in two pieces and more.
            file_system(image, tree, 256, "ext2" if k == 1 else "ext4")
            shutil.rmtree(tree)
            self.images.append(image)

    def tables(self, case, label):
        folder = case / "packs" / label
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}

    def test_packs_are_the_same_as_without_the_short_cut(self):
        weft("new", self.case)
        for image in self.images:
            weft("add", self.case, image)
            weft("extract", self.case, image.stem)
        # What was seen on the first is not scanned again: only what is new on the others was added to the store.
        stores = [(self.case / "seen" / f"{image.stem}.seen").read_bytes() for image in self.images]
        for k, store in enumerate(stores):
            self.assertTrue(hashlib.sha256(b"from user%d.0@private.example.org\n" % k * 50).digest() in store)
            for content in self.large + [self.streams]:
                self.assertEqual(content in store, k == 0)
        plain = self.scratch / "plain"
        weft("new", plain)
        shutil.copy(self.case / "key", plain / "key")
        for image in self.images:
            weft("add", plain, image)
            weft("extract", plain, image.stem, "--scan-all", "--threads", "1")
            self.assertEqual(self.tables(plain, image.stem), self.tables(self.case, image.stem), image.stem)
            self.assertEqual((plain / "tokens" / f"{image.stem}.parquet").read_bytes(),
                             (self.case / "tokens" / f"{image.stem}.parquet").read_bytes())

    def test_contents_that_come_again_on_one_exhibit_are_scanned_once(self):
        rng = random.Random(11)
        tree = self.scratch / "copies"
        contents = []
        for n in range(12):
            text = b"".join(b"%s@host%d.example.org paid with 4556 7375 8689 9855\n" % (rng.randbytes(4).hex().encode(), rng.randrange(40))
                            for _ in range(3000))
            contents.append(text if n % 2 else gzip.compress(text, mtime=0))
        contents.append(rng.randbytes(18 << 20) + b" large.file@mail.example.org ")  # larger than a page and its margin
        for copy in range(6):
            folder = tree / f"backup{copy}"
            folder.mkdir(parents=True)
            for n, text in enumerate(contents):
                (folder / f"f{n}").write_bytes(text if copy < 5 else text[:-1])  # the last one is another content
        image = self.scratch / "copies.img"
        file_system(image, tree, 256)
        shutil.rmtree(tree)

        def extract(case, *options):
            weft("new", case)
            shutil.copy(self.case / "key", case / "key")
            weft("add", case, image)
            weft("extract", case, "copies", "--threads", "1", *options)

        weft("new", self.case)
        once, each = self.scratch / "once", self.scratch / "each"
        extract(once)
        extract(each, "--scan-all")
        self.assertEqual(self.tables(once, "copies"), self.tables(each, "copies"))
        self.assertEqual((once / "tokens" / "copies.parquet").read_bytes(), (each / "tokens" / "copies.parquet").read_bytes())
        store = (once / "seen" / "copies.seen").read_bytes()
        for text in contents:
            # Itself, and in the index: what was not found there would have been added again.
            self.assertEqual(store.count(hashlib.sha256(text).digest()), 2)

        # A run that is killed again and again goes on with what it has seen.
        weft("add", self.case, image)
        for wait in (0.3, 0.6, 0.9):
            process = common.start("extract", self.case, "copies")
            time.sleep(wait)
            process.kill()
            process.communicate()
        weft("extract", self.case, "copies")
        self.assertEqual(self.tables(once, "copies"), self.tables(self.case, "copies"))

    def test_a_killed_second_run_goes_on_to_the_same_pack(self):
        weft("new", self.case)
        for image in self.images[:2]:
            weft("add", self.case, image)
        weft("extract", self.case, "k0")
        shutil.copytree(self.case, self.scratch / "undisturbed")
        weft("extract", self.scratch / "undisturbed", "k1")
        for wait in (0.2, 0.5, 0.9):
            process = common.start("extract", self.case, "k1")
            time.sleep(wait)
            process.kill()
            process.communicate()
        # A damaged file of what was seen costs time, not findings.
        seen = self.case / "seen" / "k0.seen"
        data = bytearray(seen.read_bytes())
        for at in range(200, len(data) * 3 // 4, 997):
            data[at] ^= 1
        seen.write_bytes(data)
        weft("extract", self.case, "k1")
        self.assertEqual(self.tables(self.case, "k1"), self.tables(self.scratch / "undisturbed", "k1"))


if __name__ == "__main__":
    common.main()
