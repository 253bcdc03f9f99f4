#!/usr/bin/env python3
"""The examiner's own lists: words in every coding, YARA rules, stop lists; what they change, and what they must not."""
import hashlib
import json
import os
import shutil
import subprocess
import time
import zipfile

import common
from common import ATTENTION, NO_INPUT, Case, table, weft

ADDRESS, KNOWN = "witness.of.the.page@kestrelbrook-post.net", "licence@tallowmere-web.org"
WORDS = """# names of the matter
Kestrelbrook*
пароль
Müllerei
"""
RULES = """
rule invoice : money {
  strings:
    $magic = { 4B 42 ?? 49 }
    $text = "settlement of the ledger" nocase
  condition:
    $magic at 0 and $text
}
rule gone { strings: $g = "what was deleted" condition: $g at 0 and filesize < 200 }
rule anywhere { strings: $a = "orchard-seven" condition: $a }
"""


class Lists(Case):
    def setUp(self):
        super().setUp()
        self.words, self.rules = self.write("words.txt", WORDS), self.write("mine.yar", RULES)

    def write(self, name, text):
        path = self.scratch / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def stick(self, name="stick.img"):
        """A FAT stick with a deleted file: FAT keeps where its content lay."""
        tree = self.scratch / "tree"
        tree.mkdir(exist_ok=True)
        (tree / "plain.txt").write_text("minutes of the KESTRELBROOK harbour, пароль: none\n")
        (tree / "wide.txt").write_bytes("кабинет, ПАРОЛЬ и ключ".encode("utf-16-le"))
        (tree / "windows.txt").write_bytes("вот и пароль.\r\n".encode("cp1251") + "Die Müllerei\r\n".encode("cp1252"))
        (tree / "gone.txt").write_text("what was deleted: kestrelbrooks, orchard-seven\n" * 3)
        (tree / "invoice.bin").write_bytes(b"KB\x07I" + b"." * 4000 + b"Settlement of the Ledger" + b"." * 100)
        (tree / "decoy.bin").write_bytes(b".KB\x07I" + b"." * 4000 + b"Settlement of the Ledger" + b"." * 100)
        with zipfile.ZipFile(tree / "packed.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("letter.txt", "a letter from kestrelbrook-post, orchard-seven\n" * 20)
        image = self.scratch / name
        with open(image, "wb") as out:
            out.truncate(8 << 20)
        subprocess.run(["mkfs.vfat", image], check=True, stdout=subprocess.DEVNULL)
        environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
        subprocess.run(["mcopy", "-i", image, *sorted(tree.iterdir()), "::"], check=True, env=environment)
        subprocess.run(["mdel", "-i", image, "::gone.txt"], check=True, env=environment)
        return image

    def found(self, kind, case=None):
        return sorted((row["value"], row["file"].split("/")[-1].lower(), row["encoding"])
                      for row in table(case or self.case, "feature") if row["kind"] == kind)

    def test_words_in_every_coding_layer_and_state(self):
        weft("run", self.case, self.stick(), "--words", self.words)
        found = self.found("word")
        for wanted in (("Kestrelbrook*", "plain.txt", "utf-8"), ("пароль", "plain.txt", "utf-8"),
                       ("пароль", "wide.txt", "utf-16le"), ("пароль", "windows.txt", "windows-1251"),
                       ("Müllerei", "windows.txt", "windows-1252"), ("Kestrelbrook*", "packed.zip", "utf-8")):
            self.assertIn(wanted, found)
        self.assertEqual(len([one for one in found if one[1].endswith("one.txt")]), 3)  # FAT forgets the first letter
        contexts = [row["context"] for row in table(self.case, "feature") if row["encoding"] == "windows-1251"]
        self.assertEqual([c.startswith("вот и пароль.\\x0D\\x0A") for c in contexts], [True])
        weft("verify", self.case)
        self.assertIn("ПАРОЛЬ", "".join(row["context"] for row in table(self.case, "feature")))
        self.assertIn("windows.txt", weft("search", self.case, "пароль", "--kind", "word").text.lower())

    def test_rules_with_conditions(self):
        weft("run", self.case, self.stick(), "--rules", self.rules)
        found = self.found("yara")
        self.assertIn(("mine:invoice $magic", "invoice.bin", ""), found)
        self.assertIn(("mine:invoice $text", "invoice.bin", ""), found)
        self.assertIn(("mine:anywhere $a", "packed.zip", ""), found)
        self.assertEqual([one for one in found if one[1] == "decoy.bin"], [])
        gone = [one[0] for one in found if one[1].endswith("one.txt")]  # FAT forgets the first letter
        self.assertEqual(gone, ["mine:anywhere $a"] * 3 + ["mine:gone $g"])
        rows = {row["value"]: row for row in table(self.case, "feature") if row["kind"] == "yara"}
        self.assertEqual((rows["mine:invoice $magic"]["file_offset"], rows["mine:invoice $text"]["file_offset"]), (0, 4004))
        weft("verify", self.case)

    def test_the_same_tables_with_one_thread_and_two_and_without_what_was_seen(self):
        image, more = self.stick(), self.scratch / "more.img"
        shutil.copy(image, more)
        with open(more, "r+b") as out:
            out.seek(7 << 20)
            out.write(b"kestrelbrook orchard-seven")
        lists = ("--words", self.words, "--rules", self.rules)
        made = []
        for name, options in (("one", ("--threads", "1")), ("two", ("--threads", "2")), ("all", ("--scan-all",))):
            weft("run", self.scratch / name, image, more, *lists, *options)
            made.append(common.parquet_files(self.scratch / name))
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0], made[2])

    def test_other_lists_are_other_units_and_other_contents(self):
        image, more = self.stick(), self.scratch / "more.img"
        shutil.copy(image, more)
        weft("new", self.case)
        weft("add", self.case, image)
        weft("add", self.case, more)
        weft("extract", self.case, "stick")
        # What the first exhibit's contents gave knows nothing of these words.
        weft("extract", self.case, "more", "--words", self.words)
        rows = [row for row in table(self.case, "feature") if row["kind"] == "word"]
        self.assertEqual({row["exhibit"] for row in rows}, {"more"})
        self.assertGreaterEqual(len(rows), 9)
        # A sealed pack is not changed, and the run does not let it pass for searched.
        done = weft("extract", self.case, "--words", self.words, expect={ATTENTION})
        self.assertIn("stick was sealed before, with other lists", done.text)
        self.assertNotIn("more was sealed before", done.text)

    def test_units_made_without_the_list_are_not_taken(self):
        image = self.scratch / "large.img"
        image.write_bytes(b"\0" * 4096 + b" kestrelbrook " + os.urandom(150 << 20))
        weft("new", self.case)
        weft("add", self.case, image)
        process = common.start("extract", self.case)
        unit = self.case / "work/large/scan-000000.unit"
        while process.poll() is None and not unit.exists():
            time.sleep(0.01)
        process.kill()
        process.communicate()
        self.assertTrue(unit.exists(), "the run was over before it could be killed")
        weft("extract", self.case, "--words", self.words)
        self.assertEqual([one[0] for one in self.found("word")], ["Kestrelbrook*"])

    def test_what_was_used_is_recorded_and_kept(self):
        stop = self.write("stop.txt", ADDRESS + "\n")
        weft("run", self.case, self.stick(), "--words", self.words, "--rules", self.rules, "--stop", stop)
        manifest = json.loads((self.case / "packs/stick/manifest.json").read_text())
        used = {one["kind"]: one for one in manifest["lists"]}
        for kind, path, terms in (("words", self.words, 3), ("rules", self.rules, 3), ("stop", stop, 1)):
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            self.assertEqual(used[kind], {"kind": kind, "path": str(path), "sha256": sha256, "terms": terms})
            self.assertIn(sha256, (self.case / "log.jsonl").read_text())
            self.assertIn(sha256, (self.case / "report/report.html").read_text())
            self.assertEqual((self.case / "lists" / sha256 / path.name).read_bytes(), path.read_bytes())

    def two_exhibits(self):
        for name, before in (("one.img", 70000), ("other.img", 90000)):
            self.write(name, b"\0" * before + f"To: <{ADDRESS}>\nunder the terms of {KNOWN}, which are\n".encode() +
                       b"\0" * 9000 + f"write to {KNOWN} today\n".encode() + b"\0" * 30000)
        return self.scratch / "one.img", self.scratch / "other.img"

    def linked(self, case):
        shared = {row["value"] for row in table(case, "evidence") if row["kind"] == "email"}
        return shared, {row["value"]: row["reason"] for row in table(case, "set_aside")}

    def test_a_stop_list_sets_aside_what_stays_in_the_pack(self):
        exhibits = self.two_exhibits()
        weft("run", self.case, *exhibits)
        self.assertEqual(self.linked(self.case)[0], {ADDRESS, KNOWN})
        everywhere = self.scratch / "everywhere"
        weft("run", everywhere, *exhibits, "--stop", self.write("stop.txt", KNOWN + "\n"))
        shared, aside = self.linked(everywhere)
        self.assertEqual(shared, {ADDRESS})
        self.assertEqual(aside[KNOWN], "stop list")
        marks = {(row["value"], row["stopped"]) for row in table(everywhere, "feature") if row["kind"] == "email"}
        self.assertEqual(marks, {(ADDRESS, False), (KNOWN, True)})
        self.assertIn("(on the stop list)", weft("search", everywhere, KNOWN).text)
        self.assertIn("stop list", weft("links", everywhere, "--explain", "one", "other").text)

    def test_a_stop_list_with_context_leaves_other_places_alone(self):
        exhibits = self.two_exhibits()
        weft("run", self.case, *exhibits, "--stop", self.write("stop.txt", KNOWN + "\tterms of " + KNOWN + "\n"))
        marks = sorted((row["offset"], row["stopped"]) for row in table(self.case, "feature")
                       if row["value"] == KNOWN and row["exhibit"] == "one")
        self.assertEqual([stopped for _, stopped in marks], [True, False])
        self.assertEqual(self.linked(self.case)[0], {ADDRESS, KNOWN})

    def test_a_stop_list_made_of_a_reference(self):
        reference = self.write("reference.img", b"\0" * 500 + f"under the terms of {KNOWN}, which are\n".encode() + b"\0" * 900)
        weft("run", self.scratch / "reference", reference)
        made = self.scratch / "made.txt"
        weft("stoplist", self.scratch / "reference", "--exhibit", "reference", "-o", made)
        printed = subprocess.run([common.WEFT, "stoplist", self.scratch / "reference/packs/reference"], check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(printed.stdout, made.read_bytes())
        self.assertIn(f"{KNOWN}\tthe terms of {KNOWN}, which are\\x0A".split("\t")[0], made.read_text())
        weft("run", self.case, *self.two_exhibits(), "--stop", made)
        marks = sorted((row["offset"], row["stopped"]) for row in table(self.case, "feature")
                       if row["value"] == KNOWN and row["exhibit"] == "one")
        self.assertEqual([stopped for _, stopped in marks], [True, False])
        weft("stoplist", self.case, "--exhibit", "nobody", expect={NO_INPUT})
        weft("stoplist", self.scratch, expect={NO_INPUT})

    def test_a_broken_list_is_refused_before_anything_is_done(self):
        image = self.stick()
        for option, name, text, said in (
                ("--words", "w.txt", "kestrel\nab\n", "w.txt:2: the term 'ab' is shorter than 3 bytes"),
                ("--words", "w.txt", b"kestrel\n\xff\xfe\n", "w.txt:2: is not UTF-8"),
                ("--words", "w.txt", "# nothing\n", "holds no term"),
                ("--rules", "r.yar", "rule a {\n condition: nonsense\n}", "r.yar:2: rule a: undefined identifier"),
                ("--rules", "r.yar", 'include "/etc/passwd"\nrule a { condition: true }', "r.yar:1: "),
                ("--rules", "r.yar", 'import "time"\nrule a { condition: time.now() > 0 }', 'r.yar:1: the module "time"'),
                ("--stop", "s.txt", "a@b.cc\t\n", "s.txt:1: no context")):
            done = weft("run", self.case, image, option, self.write(name, text), expect={NO_INPUT})
            self.assertIn(said, done.text)
            self.assertFalse(self.case.exists(), "nothing was begun")
        weft("run", self.case, image, "--words", self.scratch / "none.txt", expect={NO_INPUT})


if __name__ == "__main__":
    common.main()
