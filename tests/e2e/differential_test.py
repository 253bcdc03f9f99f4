#!/usr/bin/env python3
"""Against peers: for every real image that fls reads, Weft lists the same files, with the same states, and its content
hashes are icat's. What ewfverify passes, passes here.

The peer's view is made without Weft: containers are undone by qemu-img, ewfexport or cat, partitions found by mmls.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import tempfile
import typing
import unittest
from collections import Counter

import common

# What lies under images/ and holds no file system of its own, by suffix, and why. Everything else is given to the peers.
NO_IMAGE = {".txt": "a note", ".BEK": "a key"}
# Containers that Weft refuses by name. fls is asked all the same: were it to read one, Weft had to.
REFUSED = {".aff4", ".af4", ".wim", ".dmg"}
MOST_CONTENT = 64 << 20  # icat is not asked for more than this of one file
# icat starts anew for every file: of a volume with more files than this every n-th is compared; WEFT_FULL=1 compares all.
MOST_CONTENTS = 10 ** 9 if os.environ.get("WEFT_FULL") else 500


def output(*command):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def raw_view(path, scratch):
    """The bytes behind the container, made by peers; None when they cannot."""
    out = scratch / "peer.raw"
    if path.suffix in {".qcow2", ".vhd", ".vhdx", ".vmdk"}:
        done = output("qemu-img", "convert", "-O", "raw", path, out)
        return out if done.returncode == 0 else None
    if path.suffix.startswith(".E0"):
        output("ewfexport", "-u", "-q", "-t", scratch / "peer", path)
        return out if out.exists() else None
    if re.fullmatch(r"\.0*[01]", path.suffix) or path.suffix == ".000":
        with open(out, "wb") as joined:
            for part in sorted(path.parent.glob(path.stem + ".[0-9][0-9][0-9]")):
                joined.write(part.read_bytes())
        return out
    return path


class Volume(typing.NamedTuple):
    offset: int  # in bytes
    uuid: str    # of a volume in an APFS container, else ""
    where: tuple  # how fls and icat are told

    def holds(self, row):
        """Whether Weft's volume row is this one."""
        return row["offset"] == self.offset and row["file_system"] != "" and (
            row["serial"] == self.uuid if self.uuid else row["scheme"] != "apfs")


def volumes(raw):
    """Where TSK recognises a file system: at the front, and in partitions; volumes of APFS containers one by one."""
    done = output("mmls", "-a", raw)
    partitions = [int(m) for m in re.findall(r"^\d+:\s+\S+\s+(\d+)\s", done.stdout.decode(errors="replace"), re.M)]
    found = []
    for sector in sorted({0, *partitions}):
        if output("fsstat", "-t", "-o", sector, raw).stdout.strip():
            found.append(Volume(sector * 512, "", ("-o", sector)))
        pool = output("pstat", "-o", sector, raw).stdout.decode(errors="replace")
        for uuid, block, encrypted in re.findall(
                r"Volume ([0-9a-f-]{36})\n.*?APSB Block Number: (\d+)\n.*?Encrypted: (\w+)", pool, re.S):
            if encrypted == "No":
                found.append(Volume(sector * 512, uuid.replace("-", ""), ("-o", sector, "-P", "apfs", "-B", block)))
    return found


def listing(raw, volume):
    """Counter of (inode, path), {same: deleted?}, and whether fls came to the end, as fls sees them."""
    done = output("fls", "-r", "-p", *volume.where, raw)
    rows, deleted = Counter(), {}
    for line in done.stdout.decode(errors="replace").splitlines():
        match = re.match(r"^(\S)/(\S) (\* )?([0-9-]+)(\(realloc\))?:\t(.*)$", line)
        if match:
            key = (match[4], plain(match[6]))
            rows[key] += 1
            deleted[key] = bool(match[3])
    return rows, deleted, done.returncode == 0


def plain(name):
    """fls shows a control character as ^ and a byte that is no UTF-8 as it is, Weft shows both as \\xHH: that does not
    decide whether a file was found."""
    return re.sub(r"(\\x[0-9A-Fa-f]{2}|[\x00-\x1f\x7f\ufffd^])+", "^", name)


def content_hash(raw, volume, inode):
    digest, size = hashlib.sha256(), 0
    with subprocess.Popen(["icat", *map(str, volume.where), str(raw), inode], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as tool:
        while block := tool.stdout.read(1 << 20):
            digest.update(block)
            size += len(block)
    return (digest.hexdigest(), size) if tool.returncode == 0 else None


def key_of(row):
    inode = "0" if row["inode"] is None else str(row["inode"])
    if row["attribute_type"] is not None:
        inode += f"-{row['attribute_type']}-{row['attribute_id'] or 0}"
    return inode, plain(row["path"])


class Outcome(typing.NamedTuple):
    files: int  # entries compared
    contents: int
    wrong: list
    skipped: str = ""  # why nothing was compared


def compare(path):
    with common.unpacked(path) as image, tempfile.TemporaryDirectory(prefix="weft-e2e-") as scratch:
        scratch = pathlib.Path(scratch)
        raw = raw_view(image, scratch)
        why = "fls recognises no file system" if raw else "qemu-img cannot open it, fls recognises no file system"
        if image.suffix in REFUSED:
            why = f"container {image.suffix[1:]}: fls does not read it, Weft refuses it by name"
        raw = raw or image
        peers = volumes(raw)
        if not peers:
            return Outcome(0, 0, [], why)
        case = scratch / "case"
        done = common.weft("run", case, image, expect=common.DOCUMENTED)
        if done.code not in {common.OK, common.ATTENTION}:
            return Outcome(0, 0, [f"peers read it, weft ends with {done.code}: {done.text.strip()[-300:]}"])
        mine, files, problems = (common.table(case, name) for name in ("volume", "file", "problem"))
        total = Outcome(0, 0, [])
        for peer in peers:
            ours = [v for v in mine if peer.holds(v)]
            rows = [f for f in files if f["volume"] in {v["volume"] for v in ours}]
            if len(ours) != 1:
                total.wrong.append(f"{peer}: {len(ours)} volumes of Weft's begin there")
            one = compare_volume(raw, peer, rows, problems)
            total = Outcome(total.files + one.files, total.contents + one.contents, total.wrong + one.wrong)
        return total


def compare_volume(raw, volume, rows, problems):
    theirs, deleted, ended_well = listing(raw, volume)
    # An NTFS entry has its attribute in fls's address; other file systems have the inode alone.
    with_attribute = any("-" in inode for inode, _ in theirs)
    wrong, contents = [], 0
    if not ended_well and not any(p["stage"] == "file system" for p in problems):
        wrong.append(f"{volume}: fls fails, and Weft names no problem")

    def key(row):
        inode, name = key_of(row)
        return (inode if with_attribute else inode.split("-")[0]), name

    ours = Counter(key(r) for r in rows)
    for kind, difference in (("missing", theirs - ours), ("not at the peer", ours - theirs)):
        if difference:
            some = ", ".join(f"{i} {p}" for i, p in sorted(difference)[:4])
            wrong.append(f"{volume}: {sum(difference.values())} {kind}: {some}")
    step = 1 + len(rows) // MOST_CONTENTS
    for number, row in enumerate(rows):
        inode, name = key(row)
        if (inode, name) in deleted and deleted[inode, name] != (row["state"] != "allocated"):
            wrong.append(f"{volume}: {name} is {row['state']}, fls says deleted={deleted[inode, name]}")
        if (number % step or row["sha256"] is None or row["kind"] not in {"file", "virtual"}
                or row["size"] > MOST_CONTENT or inode == "0"):
            continue
        if theirs_hash := content_hash(raw, volume, inode):
            contents += 1
            if theirs_hash[0] != row["sha256"]:
                wrong.append(f"{volume}: content of {inode} {name} ({row['state']}): {row['size']} bytes "
                             f"{row['sha256'][:12]}, icat gives {theirs_hash[1]} bytes {theirs_hash[0][:12]}")
    return Outcome(sum(theirs.values()), contents, wrong)


def images():
    """(what is given to the peers, {what is not: why})"""
    given, left = [], {}
    for path in sorted(p for p in common.EVIDENCE.glob("images/**/*") if p.is_file()):
        first = min(path.parent.glob(path.stem + ".[0-9][0-9][0-9]"), default=path)
        if path.suffix in NO_IMAGE:
            left[path] = NO_IMAGE[path.suffix]
        elif re.fullmatch(r"\.E0[2-9]", path.suffix) or (path.suffix[1:].isdigit() and path != first):
            left[path] = "a further part of a split image"
        else:
            given.append(path)
    return given, left


def listed_upstream():
    """{image: volumes} of the evidence's truth/, where fls's listings made when it was collected lie."""
    found = {}
    for path in common.EVIDENCE.glob("truth/images__*.txt"):
        if volumes_seen := re.findall(r"^## (?:volume|partition).* fs=\S+ entries=\d+", path.read_text(errors="replace"), re.M):
            found[common.EVIDENCE / path.stem.replace("__", "/")] = len(volumes_seen)
    return found


class Differential(unittest.TestCase):
    def test_files_and_contents_are_what_fls_and_icat_say(self):
        common.needs_evidence("images")
        given, left = images()
        total, compared, wrong = Counter(), {}, []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, result in zip(given, pool.map(attempt, given)):
                if result.skipped:
                    left[path] = result.skipped
                else:
                    compared[path] = f"{result.files} entries, {result.contents} contents"
                    total.update(files=result.files, contents=result.contents)
                wrong += [f"{path.name}: {what}" for what in result.wrong]
        for word, which in (("compared", compared), ("not compared", left)):
            for path, what in sorted(which.items()):
                print(f"  {word}  {path.relative_to(common.EVIDENCE / 'images')}: {what}")
        print(f"{len(compared)} of {len(compared) + len(left)} files are images that fls reads; "
              f"{total['files']} entries and {total['contents']} contents compared")
        # The listings kept with the images were made without this test: what fls read then has to be among these.
        for path, seen in listed_upstream().items():
            if path not in compared:
                wrong.append(f"{path.name}: fls read {seen} volumes when it was collected, here: {left.get(path)}")
        self.assertGreaterEqual(len(compared), 25, "hardly anything was compared: are fls and mmls there?")
        self.assertGreater(total["contents"], 100)
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_what_ewfverify_passes_passes(self):
        common.needs_evidence("images")
        seen = 0
        for path in sorted(common.EVIDENCE.glob("images/**/*.E01")):
            peer = output("ewfverify", "-q", path)
            said = peer.stdout.decode(errors="replace")
            with tempfile.TemporaryDirectory(prefix="weft-e2e-") as scratch:
                case = pathlib.Path(scratch) / "case"
                done = common.weft("run", case, path, expect={common.OK, common.ATTENTION})
                check = common.table(case, "exhibit")[0]["hash_check"]
            if "MD5 hash stored in file" in said and "N/A" not in said or peer.returncode != 0:
                with self.subTest(path.name):
                    seen += 1
                    self.assertEqual(check == "verified", peer.returncode == 0, f"{path.name}: {check}; ewfverify: {said}")
                    self.assertEqual(done.code == common.ATTENTION, check == "MISMATCH", done.text[-500:])
        self.assertGreaterEqual(seen, 5)


def attempt(path):
    try:
        return compare(path)
    except Exception as error:  # one image's trouble is reported with its name and does not hide the others'
        return Outcome(0, 0, [repr(error)])


if __name__ == "__main__":
    common.main()
