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
import unittest
from collections import Counter

import common

# Images no raw view can be made of with Debian's tools, or that are no image of a file system at all. Everything else
# under images/ is compared when fls reads it.
NOT_COMPARED = {".aff4", ".af4", ".txt", ".BEK", ".wim", ".dmg"}
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


def volumes(raw):
    """Offsets in sectors where a file system may be."""
    done = output("mmls", "-a", raw)
    found = [int(m[1]) for m in re.finditer(r"^\d+:\s+\S+\s+(\d+)\s", done.stdout.decode(errors="replace"), re.M)]
    return sorted(set(found)) if done.returncode == 0 and found else [0]


def file_system(raw, offset):
    return output("fsstat", "-t", "-o", offset, raw).stdout.decode().strip()


def listing(raw, offset):
    """Counter of (inode, path), and {same: deleted?}, as fls sees them."""
    done = output("fls", "-r", "-p", "-o", offset, raw)
    rows, deleted = Counter(), {}
    for line in done.stdout.decode(errors="replace").splitlines():
        match = re.match(r"^(\S)/(\S) (\* )?([0-9-]+)(\(realloc\))?:\t(.*)$", line)
        if match:
            key = (match[4], plain(match[6]))
            rows[key] += 1
            deleted[key] = bool(match[3])
    return rows, deleted


def plain(name):
    """fls shows a control character as ^ and a byte that is no UTF-8 as it is, Weft shows both as \\xHH: that does not
    decide whether a file was found."""
    return re.sub(r"(\\x[0-9A-Fa-f]{2}|[\x00-\x1f\x7f\ufffd^])+", "^", name)


def content_hash(raw, offset, inode):
    digest, size = hashlib.sha256(), 0
    with subprocess.Popen(["icat", "-o", str(offset), str(raw), inode], stdout=subprocess.PIPE,
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


def compare(path):
    """Returns (files compared, contents compared, differences in words) or None when no peer reads the image."""
    with common.unpacked(path) as image, tempfile.TemporaryDirectory(prefix="weft-e2e-") as scratch:
        scratch = pathlib.Path(scratch)
        raw = raw_view(image, scratch)
        if raw is None:
            return None
        peers = {offset: listing(raw, offset) for offset in volumes(raw) if file_system(raw, offset)}
        peers = {offset: rows for offset, rows in peers.items() if rows[0]}
        if not peers:
            return None

        case = scratch / "case"
        done = common.weft("run", case, image, expect=common.DOCUMENTED)
        if done.code not in {common.OK, common.ATTENTION}:
            return 0, 0, [f"{path.name}: peers read it, weft ends with {done.code}: {done.text.strip()[-300:]}"]
        starts = {v["volume"]: v["offset"] for v in common.table(case, "volume")}
        rows = common.table(case, "file")
        wrong, files, contents = [], 0, 0
        for offset, (theirs, deleted) in peers.items():
            mine = [r for r in rows if starts[r["volume"]] == offset * 512]
            # An NTFS entry has its attribute in fls's address; other file systems have the inode alone.
            with_attribute = any("-" in inode for inode, _ in theirs)
            ours = Counter(key_of(r) if with_attribute else (key_of(r)[0].split("-")[0], key_of(r)[1]) for r in mine)
            files += sum(theirs.values())
            for kind, difference in (("missing", theirs - ours), ("not at the peer", ours - theirs)):
                if difference:
                    some = ", ".join(f"{i} {p}" for i, p in sorted(difference)[:4])
                    wrong.append(f"{path.name} at sector {offset}: {sum(difference.values())} {kind}: {some}")
            step = 1 + len(mine) // MOST_CONTENTS
            for number, row in enumerate(mine):
                key = key_of(row) if with_attribute else (key_of(row)[0].split("-")[0], key_of(row)[1])
                if key in deleted and deleted[key] != (row["state"] != "allocated"):
                    wrong.append(f"{path.name}: {key[1]} is {row['state']}, fls says deleted={deleted[key]}")
                if number % step or row["sha256"] is None or row["kind"] not in {"file", "virtual"} or row["size"] > MOST_CONTENT:
                    continue
                theirs_hash = content_hash(raw, offset, key[0])
                if theirs_hash is None or key[0] == "0":
                    continue
                contents += 1
                if theirs_hash[0] != row["sha256"]:
                    wrong.append(f"{path.name}: content of {key[0]} {key[1]} ({row['state']}): {row['size']} bytes "
                                 f"{row['sha256'][:12]}, icat gives {theirs_hash[1]} bytes {theirs_hash[0][:12]}")
        return files, contents, wrong


class Differential(unittest.TestCase):
    def test_files_and_contents_are_what_fls_and_icat_say(self):
        common.needs_evidence("images")
        images = [p for p in common.first_parts(sorted(common.EVIDENCE.glob("images/**/*"))) if p.is_file()]
        images = [p for p in images if not any(s in NOT_COMPARED for s in p.suffixes) and not re.fullmatch(r"\.E0[2-9]", p.suffix)]
        # Of a set that begins with .000, that one is the first part.
        images = [p for p in images if not (p.suffix == ".001" and p.with_suffix(".000").exists())]
        images += [p for p in sorted(common.EVIDENCE.glob("images/**/*.000")) if p not in images]
        compared, files, contents, wrong = [], 0, 0, []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, result in zip(images, pool.map(attempt, images)):
                if isinstance(result, Exception):
                    wrong.append(f"{path.name}: {result}")
                elif result is not None:
                    compared.append(path.name)
                    files, contents = files + result[0], contents + result[1]
                    wrong += result[2]
        print(f"{len(compared)} of {len(images)} images are read by fls; {files} entries and {contents} contents compared")
        self.assertGreaterEqual(len(compared), 15, "hardly anything was compared: are fls and mmls there?")
        self.assertGreater(contents, 100)
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
        return error


if __name__ == "__main__":
    common.main()
