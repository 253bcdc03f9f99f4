#!/usr/bin/env python3
"""Compressed files that are too long for a page of the scan, packed or unpacked, are read to their end, in a
file system, in one piece and in several; and what cannot be read of them is told. (All kinds of streams:
scan/long_stream_test.cpp.)"""
import gzip
import os
import random
import subprocess
import sys
import zipfile

import common
from common import Case, weft

MIB = 1 << 20


def noise(rng, size):
    """Letters that shrink to half."""
    return rng.randbytes(size // 2 + 1).hex().encode()[:size]


def lines(rng, size):
    """What a log is like: it shrinks to a tenth and less."""
    some = [b"%s session opened for the same old user by (uid=0) on port %d" % (noise(rng, 12), rng.randrange(1 << 16)) for _ in range(500)]
    out = []
    while size > 0:
        out.append(rng.choice(some))
        size -= len(out[-1]) + 1
    return b"\n".join(out)


def planted(name, parts):
    """The parts with an address behind each, two of a kind at the borders of windows, and a gzip in the last."""
    text, addresses = b"", set()

    def add(word):
        nonlocal text
        address = f"{name}.{word}@mail.example.org"
        addresses.add(address)
        text += f" <{address}> ".encode()

    for n, part in enumerate(parts):
        text += part
        add(f"part{n}")
    inner = f"{name}.inner@mail.example.org"
    text += gzip.compress(f"packed again: {inner}".encode(), mtime=0)
    addresses.add(inner)
    add("end")
    # Where one window ends and the next begins.
    for border in range(16 * MIB, len(text) - 1000, 16 * MIB):
        address = f"{name}.border{border // MIB}@mail.example.org"
        addresses.add(address)
        at = border - len(address) // 2
        text = text[:at] + f" {address} ".encode() + text[at + len(address) + 2:]
    return text, addresses


def by_tool(text, *command):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


class LongStreams(Case):
    def found(self):
        """What was found of each name in front of an address, with the paths."""
        out = {}
        for row in common.table(self.case, "feature"):
            if row["kind"] == "email":
                out.setdefault(row["value"].split(".")[0], {}).setdefault(row["value"], []).append(row["path"])
        return out

    def test_they_are_read_to_their_end(self):
        rng = random.Random(5)
        tree = self.scratch / "tree"
        tree.mkdir()
        truth = {}

        def keep(name, text_and_addresses, pack):
            text, addresses = text_and_addresses
            truth[name.replace(".", "")] = addresses
            (tree / name).write_bytes(pack(text))

        long = [noise(rng, 21 * MIB), noise(rng, 20 * MIB)]  # packed: more than a page
        deep = [lines(rng, 40 * MIB), lines(rng, 27 * MIB)]  # unpacked: more than a layer may hold
        keep("long.gz", planted("longgz", long), lambda text: gzip.compress(text, 1, mtime=0))
        keep("deep.zst", planted("deepzst", deep), lambda text: by_tool(text, "zstd", "-q", "-3"))
        text, addresses = planted("member", deep)  # in a zip, and in a tar of several
        truth["member"] = addresses
        with zipfile.ZipFile(tree / "members.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            out.writestr("small", "member.small@mail.example.org " * 20)
            out.writestr("deep", text)
        addresses.add("member.small@mail.example.org")
        text, addresses = planted("tarred", deep)
        truth["tarred"] = addresses
        (self.scratch / "deep.gz").write_bytes(gzip.compress(text, 1, mtime=0))
        (self.scratch / "note").write_text("tarred.note@mail.example.org")
        addresses.add("tarred.note@mail.example.org")
        subprocess.run(["tar", "cf", tree / "several.tar", "-C", self.scratch, "note", "deep.gz"], check=True)
        image = self.scratch / "disk.img"
        with open(image, "wb") as out:
            out.truncate(120 * MIB)
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, image], check=True,
                       env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"})
        weft("new", self.case)
        weft("add", self.case, image)
        weft("extract", self.case)
        found = self.found()
        for name, addresses in truth.items():
            self.assertEqual(set(found.get(name, {})), addresses, name)
        paths = [path for values in found.values() for some in values.values() for path in some]
        self.assertTrue(any(path.startswith("#") for path in paths) and any(path[0].isdigit() for path in paths))
        self.assertEqual([row for row in common.table(self.case, "problem") if row["stage"] == "scan"], [])
        # Addresses lead back, far into the stream and into what is packed in it.
        weft("verify", self.case, "--samples", 40)
        for value, paths in found["deepzst"].items():
            if "inner" in value or "end" in value:
                self.assertIn("deepzst.", weft("show", self.case, f"disk:{paths[0]}", "--before", 0).text)

    def test_in_no_file(self):
        rng = random.Random(7)
        image, truth, at = bytearray(rng.randbytes(1000)), {}, {}

        def put(name, text_and_addresses, pack):
            text, truth[name] = text_and_addresses
            at[name] = len(image)
            image.extend(pack(text) + bytes(rng.randrange(1, 2000)))

        put("lost", planted("lost", [noise(rng, 21 * MIB), noise(rng, 20 * MIB)]), lambda text: gzip.compress(text, 1, mtime=0))
        image.extend(bytes(-len(image) % (16 * MIB) + 15 * MIB + 512 * 1024))  # a short one, over the end of a page
        put("short", planted("short", [noise(rng, 6 * MIB)]), lambda text: by_tool(text, "zstd", "-q", "-3"))
        put("deep", planted("deep", [lines(rng, 40 * MIB), lines(rng, 27 * MIB)]), lambda text: by_tool(text, "xz", "-0"))
        text, truth["cut"] = planted("cut", [noise(rng, 21 * MIB), noise(rng, 21 * MIB)])
        at["cut"] = len(image)
        image.extend(gzip.compress(text, 1, mtime=0)[:-8 * MIB])
        truth["cut"] = {address for address in truth["cut"] if "part0" in address or "border16" in address}
        (self.scratch / "disk.img").write_bytes(image)
        weft("new", self.case)
        weft("add", self.case, self.scratch / "disk.img")
        weft("extract", self.case, "--threads", 2)
        found = self.found()
        for name, addresses in truth.items():
            self.assertEqual(set(found.get(name, {})), addresses, name)
            for paths in found[name].values():  # what zstd could not shrink stands in its packed bytes, too
                self.assertIn(str(at[name]), [path.split("-")[0] for path in paths], name)
        told = [(row["path"], row["what"].split(" after ")[0]) for row in common.table(self.case, "problem") if row["stage"] == "scan"]
        self.assertEqual(told, [(str(at["cut"]), "GZIP stream is cut short")])
        weft("verify", self.case, "--samples", 40)
        for value, paths in found["lost"].items():
            self.assertIn(value.split("@")[0], weft("show", self.case, f"disk:{paths[0]}").text)

    def test_what_cannot_be_read_on_is_told(self):
        rng = random.Random(6)
        folder = self.scratch / "broken"
        folder.mkdir()
        text, addresses = planted("cut", [noise(rng, 21 * MIB), noise(rng, 21 * MIB)])
        packed = gzip.compress(text, 1, mtime=0)
        (folder / "cut.gz").write_bytes(packed[:-9 * MIB])
        (folder / "bent.gz").write_bytes(packed[:20 * MIB] + bytes(64) + packed[20 * MIB + 64:])
        with open(folder / "bomb.gz", "wb") as out:  # 700 MiB of zeros, and an address
            subprocess.run("(head -c 734003200 /dev/zero; echo behind.bomb@mail.example.org) | gzip -9n", shell=True, stdout=out, check=True)
        weft("new", self.case)
        weft("add", self.case, folder)
        weft("extract", self.case)
        told = {row["path"]: row["what"] for row in common.table(self.case, "problem") if row["stage"] == "scan"}
        files = {row["path"]: row["file_id"] for row in common.table(self.case, "file")}
        said = sorted(what.split(" after ")[0] for what in told.values())
        self.assertEqual(said, ["GZIP stream is cut short", "GZIP stream is damaged", "GZIP stream unpacks to more than the limit: left off"], told)
        found = {row["value"] for row in common.table(self.case, "feature") if row["kind"] == "email"}
        self.assertIn("cut.part0@mail.example.org", found)
        self.assertEqual(len(files), 3)


if __name__ == "__main__":
    sys.exit(common.main())
