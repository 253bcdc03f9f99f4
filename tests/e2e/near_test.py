#!/usr/bin/env python3
"""Versions of one text tie exhibits together, in whatever format; forms, licences and copies do not do so falsely."""
import random
import re
import sys

import common
from common import ATTENTION, OK, Case, table, weft

sys.dont_write_bytecode = True
sys.path.insert(0, str(common.ROOT / "tools"))
from making import texts  # noqa: E402
from making.people import Names  # noqa: E402


class Near(Case):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(11)
        self.prose, self.names = texts.Prose(self.rng), Names(self.rng)

    def put(self, exhibit, name, paragraphs):
        path = self.scratch / "evidence" / exhibit / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = paragraphs
        if not isinstance(paragraphs, bytes):
            content, _, _ = texts.written(self.rng, paragraphs, "Mara Quell", path.suffix)
        path.write_bytes(content)
        return content

    def link(self):
        self.done = weft("run", self.case, *sorted((self.scratch / "evidence").iterdir()), expect={OK, ATTENTION})
        self.links = {(r["exhibit_a"], r["exhibit_b"]): r for r in table(self.case, "link")}
        self.evidence = table(self.case, "evidence")
        self.texts = [f for f in table(self.case, "feature") if f["kind"] == "document_text"]

    def signatures(self, exhibit, ending):
        return {f["value"] for f in self.texts if f["exhibit"] == exhibit and f["file"].endswith(ending)}

    def test_versions_in_all_formats_meet_and_forms_and_licences_do_not(self):
        document = [self.prose.paragraph(self.rng, 4, 6) for _ in range(10)]
        later = [list(p) for p in document]
        later[3][1], later[7][2] = self.prose.sentences[5], self.prose.sentences[6]
        self.put("A", "home/u/contract.docx", document)
        for ending in ("txt", "odt", "pdf", "html", "rtf"):
            self.put("B", f"home/v/{ending}/paper.{ending}", later)
        copied = [self.prose.paragraph(self.rng, 4, 6) for _ in range(10)]
        same = self.put("C", "home/w/report.docx", copied)
        self.put("D", "home/x/papers/report-of-may.docx", same)
        form = texts.form(self.rng, self.prose, True)
        for exhibit in "EF":
            self.put(exhibit, "home/y/lease.txt", texts.filled(self.rng, self.names, form))
            licence = ["Permission is hereby granted, free of charge, to any person obtaining a copy."]
            self.put(exhibit, f"home/y/terms{exhibit}.txt", [licence, [f"Copyright {self.names.person()}."],
                                                             *[[s] for s in self.prose.sentences[100:140]]])
            self.put(exhibit, "usr/share/doc/tool/manual.txt", [*[[s] for s in self.prose.sentences[200:240]], [self.names.person()]])
        self.link()

        contract = self.signatures("A", "contract.docx")
        self.assertEqual(len(contract), 8)
        for ending in ("txt", "odt", "pdf", "html", "rtf"):
            other = self.signatures("B", f"paper.{ending}")
            self.assertEqual(len(other), 8, ending)
            self.assertTrue(contract & other, ending)
        self.assertEqual(self.signatures("B", "paper.txt"), self.signatures("B", "paper.odt"))
        self.assertEqual(self.signatures("E", "lease.txt") & self.signatures("F", "lease.txt"), set())
        for name in ("termsE.txt", "termsF.txt", "manual.txt"):
            self.assertEqual(self.signatures(name[5:6] if name.startswith("terms") else "E", name), set(), name)

        self.assertIn(("A", "B"), self.links)
        self.assertEqual(self.links["A", "B"]["bundles"], 1)
        self.assertNotIn(("E", "F"), self.links)
        # A copy is one reason: its hash and its text.
        self.assertEqual(self.links["C", "D"]["bundles"], 1)
        self.assertEqual({e["kind"] for e in self.evidence if (e["exhibit_a"], e["exhibit_b"]) == ("C", "D")} & {"file_sha256", "document_text"},
                         {"file_sha256", "document_text"})
        # What was measured is said, and the address leads to the text.
        said = " ".join(weft("links", self.case, "--explain", "A", "B").text.split())
        self.assertRegex(said, r"[1-8] of 8 signatures of the text are equal")
        row = next(e for e in self.evidence if e["kind"] == "document_text" and e["exhibit_a"] == "A")
        self.assertTrue(re.fullmatch(r"[1-8]/8 [0-9a-f]{16}", row["value"]))
        shown = weft("show", self.case, f"A:{row['path_a']}").text
        self.assertIn(f"document_text {row['value']}", shown)
        self.assertIn("<w:", shown)
        self.assertIn("A", weft("who", self.case, row["value"]).text)


if __name__ == "__main__":
    common.main()
