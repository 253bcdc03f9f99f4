#!/usr/bin/env python3
"""Whose machine it is, by its contents: whatever a stop list sets aside, a scope keeps out, or an earlier owner left."""
import json
import pathlib
import random
import subprocess
import tempfile
import unittest

import common
from common import table, weft

ALICE, BOB = "alice.wetter@postfachnord.de", "bob.trachs@kanzleisued.de"
GRETA, HENK = "greta.amundsen@fjordpost.de", "henk.verbruggen@oudepost.nl"


class Mail:
    """Mailboxes as Thunderbird keeps them, of people who write to strangers."""

    def __init__(self, root):
        self.root, self.rng = root, random.Random(3)

    def word(self):
        return "".join(self.rng.choice("bdfgklmnprst") + self.rng.choice("aeiou") for _ in range(4))

    def address(self):
        return f"{self.word()}.{self.word()}@{self.word()}{self.word()}.de"

    def letters(self, sender, year, count, to=None):
        out = ""
        for i in range(count):
            out += (f"From - Mon Jan 02 10:00:00 2023\nFrom: {sender}\nTo: {to or self.address()}\nSubject: {self.word()}\n"
                    f"Date: {1 + i % 28} Mar {year} 10:00:00 +0000\nMessage-ID: <{self.rng.getrandbits(60):x}@{sender.split('@')[1]}>\n\n"
                    f"{self.word()} {self.word()}\n\n")
        return out

    def exhibit(self, label, owner, year, more=""):
        folder = self.root / label
        folder.mkdir(parents=True)
        (folder / "prefs.js").write_text(f'user_pref("mail.identity.id1.useremail", "{owner}");\n')
        (folder / "Inbox.mbox").write_text(self.letters(owner, year, 25) + more)
        return folder

    def strangers(self, count=16):
        return [self.exhibit(f"X{i}", self.address(), 2022) for i in range(count)]


def first(case):
    return {row["exhibit"]: row for row in table(case, "owner") if row["rank"] == 1}


class Kept(unittest.TestCase):
    """Alice's laptop ALT holds two letters of Bob, and Bob's machine none of hers."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        mail = Mail(cls.root / "evidence")
        cls.evidence = [mail.exhibit("ALT", ALICE, 2021, mail.letters(BOB, 2021, 2, ALICE)), mail.exhibit("BOB", BOB, 2022),
                        *mail.strangers()]
        cls.case = cls.root / "case"
        weft("run", cls.case, *cls.evidence)
        cls.link = cls.link_of(cls.case)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @staticmethod
    def link_of(case):
        return next((row for row in table(case, "link") if (row["exhibit_a"], row["exhibit_b"]) == ("ALT", "BOB")), None)

    def test_the_identity_is_the_role(self):
        self.assertEqual([(first(self.case)[label]["value"], first(self.case)[label]["role"]) for label in ("ALT", "BOB")],
                         [(ALICE, "owner"), (BOB, "owner")])
        self.assertEqual(first(self.case)["ALT"]["file"], "prefs.js")
        self.assertIn("as owner", weft("who", self.case, ALICE).text)

    def test_a_stop_list_makes_no_link_stronger(self):
        stop = self.root / "stop.txt"
        stop.write_text(ALICE + "\n")
        stopped = self.root / "stopped"
        weft("run", stopped, *self.evidence, "--stop", stop)
        self.assertEqual(first(stopped)["ALT"]["value"], ALICE, "what counts for no link is there all the same")
        self.assertLessEqual(self.link_of(stopped)["log10_lr"], self.link["log10_lr"])

    def test_who_is_kept_out_is_not_replaced_by_another(self):
        rules = self.root / "rules.txt"
        rules.write_text("in\tALT\tparty:kanzleisued.de\nprivileged\tALT\t*\tpatients\n")
        scoped = self.root / "scoped"
        subprocess.run(["cp", "-r", self.case, scoped], check=True)
        weft("scope", scoped, rules)
        weft("link", scoped)
        self.assertNotIn("ALT", first(scoped))
        self.assertLessEqual(self.link_of(scoped)["log10_lr"], self.link["log10_lr"])
        self.assertIn("out of scope to tell, on: ALT", weft("owners", scoped).text)


class SecondHand(common.Case):
    def test_what_an_earlier_owner_left(self):
        """Henk's old letters lie behind the file system of Greta's disk, and in Henk's own mailbox."""
        mail = Mail(self.scratch)
        old = mail.letters(HENK, 2015, 40)
        evidence = [mail.exhibit("HENK", HENK, 2024, old), *mail.strangers()]
        image = self.scratch / "GRETA.dd"
        subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-d", mail.exhibit("greta", GRETA, 2024), image, "8M"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(image, "ab") as out:
            out.write(bytes(1 << 20) + old.encode())
        weft("run", self.case, image, *evidence)
        owners = {(row["exhibit"], row["value"]): row for row in table(self.case, "owner")}
        self.assertEqual(first(self.case)["GRETA"]["value"], GRETA)
        left = owners["GRETA", HENK]
        self.assertEqual((left["times"], left["remnants"]), (40, 40))
        self.assertEqual(owners["HENK", HENK]["remnants"], 0)
        link = json.loads(weft("links", self.case, "--format", "jsonl").text.splitlines()[0])
        self.assertEqual((link["exhibit_a"], link["exhibit_b"]), ("GRETA", "HENK"))
        self.assertIn("what GRETA holds of this lies in no file or in deleted ones: it may be from an earlier owner",
                      link["innocent"])
        self.assertIn("remnants", weft("owners", self.case).text)


if __name__ == "__main__":
    common.main()
