#!/usr/bin/env python3
"""Files that commands write where they are told to: never over evidence, nor into a case; whole, or not at all."""
import hashlib
import os
import stat

import common
from common import USAGE, Case, weft


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Output(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.scratch / "evidence/folder"
        self.folder.mkdir(parents=True)
        (self.folder / "letter.txt").write_text("to witness.of.ours@kestrelbrook-post.net\n")
        self.image = self.scratch / "evidence/disk.001"
        self.image.write_bytes(b"to another.one@kestrelbrook-post.net\n".ljust(1 << 20, b"\0"))
        self.second = self.scratch / "evidence/disk.002"
        self.second.write_bytes(bytes(1 << 20))
        weft("run", self.case, self.folder, self.image)
        (self.scratch / "link").symlink_to(self.image)
        os.link(self.second, self.scratch / "hard")
        (self.scratch / "mirror").symlink_to(self.folder)

    def writing(self):
        """Every command that writes a file of a given name, but for the name."""
        return (("export", self.case, "feature", "-o"), ("export", self.case, "feature", "--format", "parquet", "-o"),
                ("stoplist", self.case, "-o"), ("stoplist", self.case / "packs/folder", "-o"),
                ("background", "build", "--key", self.scratch / "key", "--least", "1"),
                ("background", "build", self.scratch / "fine.bg", "--key"))

    def call(self, command, path, **more):
        if command[0] != "background":
            return weft(*command, path, **more)
        command = command[:2] + (path,) + command[2:] if command[-1] != "--key" else command + (path,)
        return weft(*command[:3], self.case, *command[3:], **more)

    def test_evidence_and_cases_are_refused(self):
        kept = (self.image, self.second, self.folder / "letter.txt")
        before = [digest(path) for path in kept]
        custody = (self.case / "log.jsonl").read_text()
        other = self.scratch / "other"
        weft("new", other)
        for command in self.writing():
            for path, why in ((self.image, "evidence"), (self.second, "evidence"), (self.scratch / "link", "evidence"),
                              (self.scratch / "hard", "evidence"), (self.folder / "new.csv", "inside evidence"),
                              (self.scratch / "mirror/new.csv", "inside evidence"), (self.case / "log.jsonl", "case"),
                              (self.case / "packs/new.csv", "case"), (other / "new.csv", "case"),
                              (self.scratch / "evidence", "folder")):
                if command[-1] == "--key" and path.exists():
                    continue  # a key that is there is read
                with self.subTest(command=command[:2], path=path.name):
                    said = self.call(command, path, expect={USAGE}).text
                    self.assertIn(why, said)
                    self.assertIn(str(path), said)
        self.assertEqual([digest(path) for path in kept], before)
        self.assertEqual(os.listdir(self.folder), ["letter.txt"])
        self.assertTrue((self.scratch / "link").is_symlink())
        self.assertTrue((self.case / "log.jsonl").read_text().startswith(custody))
        self.assertNotIn("new.csv", os.listdir(other))
        self.assertIn("in order", weft("verify", self.case).text)

    def test_merge(self):
        weft("background", "build", self.scratch / "one.bg", self.case)
        elsewhere = self.scratch / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "letter.txt").write_text("to a.third@kestrelbrook-post.net\n")
        weft("run", self.scratch / "second", elsewhere)
        weft("background", "build", self.scratch / "two.bg", self.scratch / "second", "--same-key-as",
             self.scratch / "one.bg")
        inputs = self.scratch / "one.bg", self.scratch / "two.bg"
        self.assertIn("inside the case", weft("background", "merge", self.case / "merged.bg", *inputs, expect={USAGE}).text)
        weft("background", "merge", self.scratch / "merged.bg", *inputs)

    def test_written_whole(self):
        out = self.scratch / "out.csv"
        weft("export", self.case, "feature", "-o", out)
        first = out.read_text()
        self.assertIn("kestrelbrook", first)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o666 & ~self.umask())
        weft("export", self.case, "link", "-o", out)
        self.assertNotEqual(out.read_text(), first, "what it wrote itself, it writes again")
        written = out.read_text()
        weft("export", self.case, "nonsense", "-o", out, expect={common.NO_INPUT})
        self.assertEqual(out.read_text(), written)
        alias = self.scratch / "alias.csv"
        alias.symlink_to(out)
        weft("stoplist", self.case, "-o", alias)
        self.assertTrue(alias.is_symlink())
        self.assertIn("kestrelbrook", out.read_text())
        weft("export", self.case, "feature", "-o", "/dev/null")
        weft("stoplist", self.case, "-o", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.assertIn("kestrelbrook", weft("export", self.case, "feature", "-o", "/dev/stdout").text)
        self.assertEqual([name for name in os.listdir(self.scratch) if name.startswith(".")], [])

    @staticmethod
    def umask():
        mask = os.umask(0)
        os.umask(mask)
        return mask


if __name__ == "__main__":
    common.main()
