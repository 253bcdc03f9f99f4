#!/usr/bin/env python3
"""The sample case from evidence to links: what was planted is found, in every form, and ranks above what is innocent."""
import json
import pathlib
import tempfile
import unittest

import common
from common import ATTENTION, OK, table, weft


class SampleCaseLinks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        root = pathlib.Path(cls.folder.name)
        cls.truth, evidence = common.sample_case(root / "sample")
        cls.case = root / "case"
        cls.done = weft("run", cls.case, *common.first_parts(evidence), expect={OK, ATTENTION})
        cls.features, cls.links = table(cls.case, "feature"), table(cls.case, "link")
        cls.evidence, cls.set_aside = table(cls.case, "evidence"), table(cls.case, "set_aside")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_all_exhibits_are_there(self):
        self.assertEqual({r["exhibit"] for r in table(self.case, "exhibit")}, set(self.truth["exhibits"]))
        formats = {r["exhibit"]: r["format"] for r in table(self.case, "exhibit")}
        self.assertEqual(formats, {label: e["format"] for label, e in self.truth["exhibits"].items()})

    def test_every_planted_value_is_found_where_it_was_put(self):
        for item in self.truth["planted"]:
            for place in item["places"]:
                with self.subTest(f"{item['what']} on {place['exhibit']} ({place['form']})"):
                    hits = [f for f in self.features if f["exhibit"] == place["exhibit"]
                            and item["value"].lower() in f["value"].lower()]
                    self.assertTrue(hits, f"{item['value']} not found; kinds there: "
                                    f"{sorted({f['kind'] for f in self.features if f['exhibit'] == place['exhibit']})}")
                    # The newer of two places in one exhibit may be the slack; a file is named where one is allocated.
                    if "deleted" not in place["form"] and place["form"] != "slack":
                        self.assertTrue(any((h["file"] or "").endswith(place["file"]) for h in hits),
                                        f"found in {[h['file'] for h in hits]}, planted in {place['file']}")

    def test_every_planted_pair_is_linked_and_ranks_above_every_other(self):
        rank = {(r["exhibit_a"], r["exhibit_b"]): r["rank"] for r in self.links}
        planted = [tuple(p) for p in self.truth["pairs"]]
        missing = [p for p in planted if p not in rank]
        self.assertEqual(missing, [], f"links: {rank}")
        others = {p: r for p, r in rank.items() if p not in planted}
        worst = max(rank[p] for p in planted)
        self.assertFalse([p for p, r in others.items() if r < worst],
                         f"planted {sorted((rank[p], p) for p in planted)}, others {sorted((r, p) for p, r in others.items())}")

    def test_links_carry_their_evidence_on_both_sides(self):
        for link in self.links:
            rows = [e for e in self.evidence if (e["exhibit_a"], e["exhibit_b"]) == (link["exhibit_a"], link["exhibit_b"])]
            self.assertTrue(rows, link)
            for row in rows:
                self.assertTrue(row["path_a"] and row["path_b"], row)
        # An address leads to the bytes.
        row = next(e for e in self.evidence if e["kind"] == "email")
        for side in ("a", "b"):
            shown = weft("show", self.case, f"{row[f'exhibit_{side}']}:{row[f'path_{side}']}").text
            self.assertIn(row["value"].split("@")[0][:8].lower(), shown.lower())

    def test_what_is_innocent_is_set_aside_and_shown(self):
        """A value on every exhibit says nothing: it is in the list of what was set aside, or weighs next to nothing."""
        aside = {r["value"].lower() for r in self.set_aside}
        for value in ("admin@example.com",):
            if any(f["value"].lower() == value for f in self.features):
                self.assertIn(value, aside)
        innocent = {v.lower() for d in self.truth["decoys"] for v in d["values"]}
        best = max((e["weight"] for e in self.evidence if e["value"].lower() in innocent), default=0)
        planted = {i["value"].lower() for i in self.truth["planted"]}
        by_bundle = [e["weight"] for e in self.evidence if e["value"].lower() in planted and e["weight"] > 0]
        self.assertTrue(by_bundle)
        self.assertLess(best, min(by_bundle))

    def test_questions_lead_to_what_was_planted(self):
        for item in self.truth["planted"]:
            exhibits = {place["exhibit"] for place in item["places"]}
            kinds = {f["kind"] for f in self.features if f["value"].lower() == item["value"].lower()}
            if not kinds & {"email", "iban", "bitcoin", "message_id", "phone"}:
                continue  # masked, or part of a longer value
            done = weft("who", self.case, item["value"], "--format", "jsonl").text
            self.assertEqual({json.loads(line)["exhibit"] for line in done.splitlines() if line[:1] == "{"}, exhibits,
                             item["value"])
        for a, b in self.truth["pairs"]:
            explained = weft("links", self.case, "--explain", a, b).text
            self.assertIn("innocent reason", explained)
            best = min((e for e in self.evidence if {e["exhibit_a"], e["exhibit_b"]} == {a, b}), key=lambda e: e["bundle"])
            self.assertIn(f"{best['exhibit_a']}:{best['path_a']}", explained)
            self.assertIn(f"{best['exhibit_b']}:{best['path_b']}", explained)
            self.assertIn(b, weft("neighbours", self.case, a).text)
        for command in ("links", "owners", "cluster"):
            weft(command, self.case)

    def test_report_names_the_links(self):
        report = (self.case / "report/report.html").read_text()
        for a, b in self.truth["pairs"]:
            self.assertIn(a, report)
            self.assertIn(b, report)
        self.assertIn("report.html", self.done.text)


if __name__ == "__main__":
    common.main()
