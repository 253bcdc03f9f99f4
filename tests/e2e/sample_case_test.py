#!/usr/bin/env python3
"""The sample case's own test: peers see its files, its deleted files and its slack; what is hidden is hidden."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import zipfile

import common


def output(*command):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True).stdout


class SampleCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        cls.truth, cls.evidence = common.sample_case(cls.root / "a")
        cls.at = cls.root / "a/evidence"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def raw(self, label):
        """The exhibit's image without its container, made by peers."""
        out = self.root / f"{label}.raw"
        path = self.at / self.truth["exhibits"][label]["evidence"]
        if path.suffix == ".E01":
            subprocess.run(["ewfexport", "-u", "-q", "-t", self.root / label, path], check=True, stdout=subprocess.DEVNULL)
            return self.root / f"{label}.raw"
        if path.suffix in {".qcow2", ".vhd"}:
            output("qemu-img", "convert", "-O", "raw", path, out)
        elif path.suffix == ".001":
            out.write_bytes(b"".join(p.read_bytes() for p in sorted(self.at.glob(path.stem + ".0*"))))
        else:
            return path
        return out

    def listing(self, label, offset=0):
        """{path: deleted?} as fls sees it."""
        text = output("fls", "-r", "-p", "-o", offset, self.raw(label)).decode()
        return {m[2].replace(" (deleted)", ""): bool(m[1]) for m in re.finditer(r"^\S+ (\* )?[^\t]*:\t(.*)$", text, re.M)}

    def test_peers_see_the_files(self):
        places = {}
        for item in self.truth["planted"]:
            for place in item["places"]:
                places.setdefault(place["exhibit"], set()).add((place["file"], "deleted" in place["form"]))
        seen = 0
        for label, offset in (("mara-laptop", 2048), ("mara-stick", 0), ("ivo-pc", 2048), ("lena-desktop", 0),
                              ("server", 0), ("petra-disc", 0)):
            listing = self.listing(label, offset)
            for name, deleted in places.get(label, ()):
                if deleted and label == "mara-stick":  # a deleted FAT name has lost its first letter
                    listing = {k.replace("_otes", "notes"): v for k, v in listing.items()}
                found = listing.get(name)
                if found is None and deleted:  # ext4: the name may have gone from the listing; the bytes are tested below
                    continue
                self.assertIsNotNone(found, f"{label}: fls does not see {name}: {sorted(listing)}")
                self.assertEqual(found, deleted, f"{label}: {name}")
                seen += 1
            self.assertTrue(any(p.endswith("router.txt") for p in listing), label)
        self.assertGreaterEqual(seen, 8)

    def test_hidden_forms_are_really_hidden(self):
        """gzip, docx, base64, PDF and UTF-16 keep the value from plain search; plain, slack and deleted text do not."""
        for item in self.truth["planted"]:
            if item["kind"] in {"ssh_key", "phone"}:
                continue  # stored in another spelling than the canonical value
            for place in item["places"]:
                label = place["exhibit"]
                if label in {"lena-phone", "ivo-backup"}:
                    continue
                found = item["value"].encode() in self.raw(label).read_bytes()
                hidden = any(f in place["form"] for f in ("gzip", "docx", "base64", "pdf", "utf-16"))
                elsewhere = any(p["exhibit"] == label and p is not place for p in item["places"])
                if not elsewhere:
                    self.assertEqual(found, not hidden, f"{item['what']} on {label}")

    def test_containers_are_what_they_say(self):
        output("ewfverify", "-q", self.at / "mara-laptop.E01")
        for name, wanted in (("lena-desktop.qcow2", "qcow2"), ("ivo-pc.vhd", "vpc")):
            self.assertEqual(json.loads(output("qemu-img", "info", "--output=json", self.at / name))["format"], wanted)
        self.assertIsNone(zipfile.ZipFile(self.at / "ivo-backup.zip").testzip())
        self.assertIn(b"mail", output("fls", "-r", "-p", self.raw("lena-desktop")))

    def test_same_seed_same_case_other_seed_other_case(self):
        again, _ = common.sample_case(self.root / "b")
        self.assertEqual(again, self.truth)
        for name in ("mara-stick.img", "server.001", "lena-desktop.qcow2", "ivo-backup.zip", "petra-disc.iso"):
            self.assertEqual((self.at / name).read_bytes(), (self.root / "b/evidence" / name).read_bytes(), name)
        other, _ = common.sample_case(self.root / "c", seed=8)
        self.assertEqual(other["pairs"], self.truth["pairs"])
        self.assertNotEqual([p["value"] for p in other["planted"] if p["kind"] == "bitcoin"],
                            [p["value"] for p in self.truth["planted"] if p["kind"] == "bitcoin"])

    def test_decoys_and_planted_do_not_touch(self):
        planted = {item["value"] for item in self.truth["planted"]}
        for decoy in self.truth["decoys"]:
            self.assertFalse(planted & set(decoy["values"]))
            self.assertGreaterEqual(len(decoy["exhibits"]), 5)
        self.assertFalse(any("petra-disc" in pair for pair in self.truth["pairs"]))


if __name__ == "__main__":
    common.main()
