#!/usr/bin/env python3
"""What the authority does not cover, and what is privileged: in no link, answer, table or report, but said to be.
"""
import datetime
import email.message
import email.utils
import json
import mailbox
import os
import pathlib
import random
import tempfile
import unittest

import common
from common import ATTENTION, NO_INPUT, table, weft

WORDS = "abcdefghijklmnopqrstuvwxyz"


def rows(*arguments):
    return [json.loads(line) for line in weft(*arguments, "--format", "jsonl").text.splitlines()
            if line.startswith("{")]


def make_evidence(root):
    """One and two share letters in a folder Counsel and others outside it; three and four share what is in DCIM."""
    rng = random.Random(5)
    word = lambda n: "".join(rng.choice(WORDS) for _ in range(n))
    address = lambda: f"{word(9)}.{word(8)}@{word(11)}.net"
    labels = ["one", "two", "three", "four"] + [f"other{i:02}" for i in range(18)]
    files = {label: {} for label in labels}
    shared = {"counsel": [address() for _ in range(6)], "open": [address() for _ in range(6)],
              "pictures": [address() for _ in range(6)], "notes": [address() for _ in range(6)]}
    for label in labels:
        for i in range(20):
            files[label][f"own/{word(7)}.txt"] = f"{word(30)}\n{address()}\n{word(30)}\n"
    for pair, folder, name in ((("one", "two"), "home/Counsel", "counsel"), (("one", "two"), "home/letters", "open"),
                               (("three", "four"), "DCIM", "pictures"), (("three", "four"), "notes", "notes")):
        for label in pair:
            for value in shared[name]:
                files[label][f"{folder}/{word(8)}.txt"] = f"{word(40)}\n{value}\n{word(40)}\n"
    for label, content in files.items():
        for name, text in content.items():
            path = root / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.utime(path, (1_700_000_000, 1_700_000_000))
    return [root / label for label in labels], shared


RULES = ("# the order of 3 May\n"
         "privileged\t*\thome/counsel/*\tcorrespondence with counsel\n"
         "in\tthree\tDCIM/*\n"
         "out\tthree\t*\tpictures only\n")


class Scope(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        evidence, cls.shared = make_evidence(cls.root / "evidence")
        cls.case = cls.root / "case"
        weft("run", cls.case, *evidence)
        cls.rules = cls.root / "rules.txt"
        cls.rules.write_text(RULES)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def evidence_of(self, a, b):
        return {r["value"] for r in table(self.case, "evidence") if {r["exhibit_a"], r["exhibit_b"]} == {a, b}}

    def test_scope(self):
        everything = table(self.case, "evidence")
        self.assertTrue(set(self.shared["counsel"]) <= self.evidence_of("one", "two"))
        self.assertTrue(set(self.shared["notes"]) <= self.evidence_of("three", "four"))
        secret = self.shared["counsel"][0]
        address = next(r for r in everything if r["value"] == secret)
        place = f"{address['exhibit_a']}:{address['path_a']}"
        self.assertIn(secret, weft("show", self.case, place).text)

        # A file that is no list of rules changes nothing.
        broken = self.root / "broken.txt"
        broken.write_text("out\t*\t*\n")
        said = weft("scope", self.case, broken, expect={NO_INPUT})
        self.assertIn("line 1", said.text)
        self.assertIn("reason", said.text)
        self.assertIn("no rules", weft("scope", self.case).text)

        text = weft("scope", self.case, self.rules).text
        self.assertIn("privileged: correspondence with counsel", text)
        self.assertIn("link again", text)
        kept = {(r["exhibit"], r["why"]): r for r in rows("scope", self.case)}
        self.assertEqual(set(kept), {("one", "privileged: correspondence with counsel"),
                                     ("two", "privileged: correspondence with counsel"),
                                     ("three", "out of scope: pictures only")})
        self.assertEqual(kept["one", "privileged: correspondence with counsel"]["files"], 6)
        self.assertEqual(kept["three", "out of scope: pictures only"]["files"], 26)

        # Links from before are not shown.
        self.assertIn("other scope rules", weft("links", self.case, expect={NO_INPUT}).text)
        weft("report", self.case, expect={ATTENTION})
        report = (self.case / "report/report.html").read_text()
        self.assertNotIn(secret, report)
        self.assertIn("correspondence with counsel", report)

        weft("link", self.case)
        self.assertEqual(self.evidence_of("one", "two") & set(self.shared["counsel"]), set())
        self.assertTrue(set(self.shared["open"]) <= self.evidence_of("one", "two"))
        self.assertEqual(self.evidence_of("three", "four") & set(self.shared["notes"]), set())
        self.assertTrue(set(self.shared["pictures"]) <= self.evidence_of("three", "four"))
        for name in ("evidence", "set_aside", "link", "owner", "feature", "file", "dated"):
            self.assertNotIn(secret, json.dumps(table(self.case, name)), name)
        self.assertNotIn("Counsel/", json.dumps(table(self.case, "file")), "the folder itself is no file in it")
        listed = weft("stoplist", self.case).text
        self.assertNotIn(secret, listed)
        self.assertIn(self.shared["open"][0], listed)
        self.assertNotIn(secret, weft("stoplist", self.case / "packs/one").text, "nor by way of the pack")
        ledger = {(r["examples"], r["reason"]): r["value"] for r in table(self.case, "set_aside") if r["kind"] == "scope"}
        self.assertEqual(set(ledger), set(kept))
        self.assertTrue(ledger["one", "privileged: correspondence with counsel"].startswith("6 files"))
        text = weft("links", self.case, "--explain", "one", "two").text
        self.assertIn("privileged: correspondence with counsel", text)
        self.assertNotIn(secret, text)
        self.assertNotIn("pictures only", text, "which is about another exhibit")

        # Nor is anything else that looks at the packs.
        self.assertIn("0 found", weft("search", self.case, secret).text)
        self.assertIn("1 found", weft("search", self.case, self.shared["notes"][0]).text, "four is covered")
        self.assertIn("0 of", weft("who", self.case, secret).text)
        self.assertIn("not shown, privileged", weft("show", self.case, place, expect={NO_INPUT}).text)
        weft("report", self.case)
        self.assertNotIn(secret, (self.case / "report/report.html").read_text())

        # Taken away, all is as it was, to the row; and the log knows.
        weft("scope", self.case, "--none")
        weft("link", self.case)
        self.assertEqual(table(self.case, "evidence"), everything)
        log = [json.loads(line) for line in (self.case / "log.jsonl").read_text().splitlines()]
        self.assertEqual([entry["detail"]["rules"] for entry in log if entry["action"] == "scope"], ["3", "0"])
        weft("verify", self.case)


COUNSEL = "v.counsel@velten-law-office.net"


def letter(sender, to, when, subject, body, *attached):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = email.utils.format_datetime(when)
    message["Message-ID"] = f"<{subject.replace(' ', '.')}@mailer-of-{sender.split('@')[1]}>"
    message.set_content(body + "and so on, for as long as it takes to say it\n" * 8)
    for content in attached:
        message.add_attachment(content.encode(), maintype="application", subtype="octet-stream", filename="list.bin")
    return message


class Messages(unittest.TestCase):
    """Rules by party and by day, over a mailbox, single messages and files."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        day = lambda year: datetime.datetime(year, 6, 1, 12, tzinfo=datetime.timezone.utc)
        ann, bob = "ann.amber@amber-of-ours.net", "bob.birch@birch-of-ours.net"
        letters = [letter(ann, bob, day(2022), "one", "see early.secret@earlier-matter.net\n"),
                   letter(ann, f"{bob}, Counsel <{COUNSEL}>", day(2023), "two", "see privileged.secret@our-defence.net\n",
                          "attached.secret@our-defence.net, which base64 hides\n" * 3),
                   letter(bob, ann, day(2023), "three", "see plain.matter@open-matter.net\n",
                          "attached.plain@open-matter.net, which base64 hides\n" * 3),
                   letter(ann, bob, day(2024), "four", "see late.secret@later-matter.net\n")]
        home = cls.root / "evidence/home"
        (home / "Maildir/cur").mkdir(parents=True)
        box = mailbox.mbox(home / "inbox")
        for one in letters:
            box.add(one)
        box.close()
        (home / "Maildir/cur/1.host:2,S").write_bytes(bytes(letter(COUNSEL, ann, day(2023), "five", "maildir.secret@our-defence.net\n")))
        (home / "Maildir/cur/2.host:2,S").write_bytes(bytes(letter(bob, ann, day(2023), "six", "maildir.plain@open-matter.net\n")))
        other = cls.root / "evidence/other/cur"  # and an exhibit that has one letter to counsel
        other.mkdir(parents=True)
        (other / "7.host:2,S").write_bytes(bytes(letter(bob, COUNSEL, day(2023), "seven", "other.secret@our-defence.net\n")))
        for name, year in (("old.txt", 2021), ("inside.txt", 2023), ("new.txt", 2025)):
            (home / name).write_text(f"file.of.{year}@some-file.net\n")
        for path in home.rglob("*"):
            year = {"old.txt": 2021, "new.txt": 2025}.get(path.name, 2023)
            os.utime(path, (day(year).timestamp(), day(year).timestamp()))
        cls.case = cls.root / "case"
        weft("run", cls.case, home, other.parent)
        cls.everything = cls.values()
        cls.old = next(r for r in table(cls.case, "file") if r["path"] == "old.txt")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def values(cls):
        return {r["value"] for r in table(cls.case, "feature") if r["kind"] == "email"}

    def under(self, *rules):
        path = self.root / "rules.txt"
        path.write_text("".join("\t".join(rule) + "\n" for rule in rules))
        weft("scope", self.case, path)
        self.addCleanup(weft, "scope", self.case, "--none")
        return self.everything - self.values()

    def test_a_party(self):
        self.assertIn("attached.secret@our-defence.net", self.everything)
        place = {r["value"]: f"{r['exhibit']}:{r['path']}" for r in table(self.case, "feature")}
        subjects = {r["subject"] for r in table(self.case, "message")}
        self.assertEqual(subjects, {"one", "two", "three", "four", "five", "six", "seven"})
        gone = self.under(("privileged", "*", "party:velten-law-office.net", "counsel"))
        self.assertEqual(gone, {COUNSEL, "privileged.secret@our-defence.net", "attached.secret@our-defence.net",
                                "maildir.secret@our-defence.net", "other.secret@our-defence.net"})
        self.assertEqual(subjects - {r["subject"] for r in table(self.case, "message")}, {"two", "five", "seven"})
        names = {r["path"] for r in table(self.case, "file")}
        self.assertNotIn("Maildir/cur/1.host:2,S", names)
        self.assertTrue({"Maildir/cur/2.host:2,S", "inbox"} <= names)
        for value in gone:
            self.assertIn("0 found", weft("search", self.case, value).text)
            self.assertIn("privileged: counsel", weft("show", self.case, place[value], expect={NO_INPUT}).text)
        weft("show", self.case, place["attached.plain@open-matter.net"])
        weft("link", self.case)
        text = weft("who", self.case, COUNSEL).text + weft("who", self.case, "attached.secret@our-defence.net").text
        self.assertEqual(text.count("0 of 2 exhibits"), 2, text)
        self.assertIn("1 of 2", weft("who", self.case, "attached.plain@open-matter.net").text)
        ledger = [r for r in table(self.case, "set_aside") if r["kind"] == "scope"]
        self.assertEqual({(r["examples"], r["reason"]) for r in ledger},
                         {("home", "privileged: counsel"), ("other", "privileged: counsel")})
        self.assertTrue(all(r["value"].startswith("1 files, ") for r in ledger), ledger)
        weft("report", self.case)
        report = (self.case / "report/report.html").read_text()
        self.assertNotIn("our-defence.net", report)
        self.assertIn("party:velten-law-office.net", report)

    def test_a_day(self):
        gone = self.under(("out", "*", "before:2023-01-01", "2023 only"), ("out", "*", "after:2023-12-31", "2023 only"))
        # What was changed in 2021 and made here later is not from before 2023 (only some file systems tell when a file was made).
        old = self.old["created"] is None
        self.assertEqual(gone, {"early.secret@earlier-matter.net", "late.secret@later-matter.net",
                                "file.of.2025@some-file.net"} | ({"file.of.2021@some-file.net"} if old else set()))
        self.assertEqual({r["subject"] for r in table(self.case, "message")}, {"two", "three", "five", "six", "seven"})
        names = {r["path"] for r in table(self.case, "file")}
        self.assertEqual({"old.txt", "new.txt"} & names, set() if old else {"old.txt"})
        self.assertTrue({"inside.txt", "inbox"} <= names)
        kept = rows("scope", self.case)
        self.assertEqual([(r["why"], r["files"]) for r in kept], [("out of scope: 2023 only", 1 + old)])

    def test_what_is_no_day_or_party_is_refused(self):
        for what in ("before:2023", "after:yesterday", "party:"):
            path = self.root / "broken.txt"
            path.write_text(f"out\t*\t{what}\twhy\n")
            self.assertIn("line 1", weft("scope", self.case, path, expect={NO_INPUT}).text)


if __name__ == "__main__":
    common.main()
