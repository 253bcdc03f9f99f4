#!/usr/bin/env python3
"""Exhibits of which an answer knows nothing, not extracted or not linked yet, are named: silence is no answer."""
import json
import pathlib
import re

import common
from common import ATTENTION, NO_INPUT, Case, weft

SHARED = "witness.of.ours@kestrelbrook-post.net"


class Gaps(Case):
    def setUp(self):
        super().setUp()
        self.evidence = {}
        for name in ("one", "two", "three", "four"):
            folder = self.evidence[name] = self.scratch / "evidence" / name
            folder.mkdir(parents=True)
            (folder / "letter.txt").write_text(f"to {SHARED}\nsincerely, {name}\n")
        weft("run", self.case, self.evidence["one"], self.evidence["two"])

    def questions(self):
        return (("who", self.case, "nobody@kestrelbrook-post.net"), ("search", self.case, "nobody has this"),
                ("links", self.case), ("owners", self.case), ("cluster", self.case), ("export", self.case, "feature"),
                ("report", self.case))

    def report(self):
        return re.sub(r"<[^>]*>", "", (self.case / "report/report.html").read_text().split("<body>")[1])

    def test_not_extracted(self):
        for question in self.questions():
            self.assertNotIn("INCOMPLETE", weft(*question).text)
        self.assertNotIn("Not extracted:", self.report())
        weft("add", self.case, self.evidence["three"], self.evidence["four"])
        for question in self.questions():
            with self.subTest(question=question[0]):
                said = weft(*question, expect={ATTENTION}).text
                self.assertIn("INCOMPLETE: 2 of 4 exhibits are not extracted yet", said)
                self.assertIn("four, three", said)
        self.assertIn("0 of 2 exhibits hold it; 2 more could not be asked",
                      weft("who", self.case, "nobody@kestrelbrook-post.net", expect={ATTENTION}).text)
        self.assertIn("Not extracted: 2 of 4 exhibits: four, three.", self.report())
        self.assertNotIn("Without a link: four", self.report())
        weft("search", self.case, SHARED, "--exhibit", "one")
        weft("search", self.case, SHARED, "--exhibit", "three", expect={NO_INPUT})
        weft("verify", self.case)  # its 5 means that something is wrong

    def test_not_linked(self):
        weft("add", self.case, self.evidence["three"])
        weft("extract", self.case)
        for question in (("links", self.case), ("export", self.case, "link"), ("who", self.case, SHARED), ("report", self.case)):
            with self.subTest(question=question[0]):
                said = weft(*question, expect={ATTENTION}).text
                self.assertIn("INCOMPLETE: not in the links yet", said)
                self.assertIn("three", said)
        weft("export", self.case, "feature")
        weft("search", self.case, SHARED)  # looks into packs, not links
        self.assertIn("Not in the links: 1 of 3 exhibits: three.", self.report())
        self.assertNotIn("three", re.findall(r"Without a link:[^.]*", self.report() + "Without a link:")[0])
        weft("link", self.case)
        weft("report", self.case)
        self.assertNotIn("Not in the links:", self.report())

    def test_linked_by_another_version(self):
        path = pathlib.Path(self.case) / "links" / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["format_version"] -= 1
        path.write_text(json.dumps(manifest))
        self.assertIn("linked by another version", weft("links", self.case, expect={NO_INPUT}).text)
        self.assertIn("made by another version and are left out; link again", weft("report", self.case, expect={ATTENTION}).text)
        self.assertIn("Not linked yet", self.report())


if __name__ == "__main__":
    common.main()
