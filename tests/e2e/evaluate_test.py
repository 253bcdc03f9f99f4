#!/usr/bin/env python3
"""A case with planted truth, from its making to its measures: what tools/scenario says is on the images is there, and
weft evaluate counts what can be counted by hand."""
import collections
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import common
from common import ATTENTION, OK, USAGE, table, weft

EXHIBITS = 8


def scenario(folder, *more):
    subprocess.run([sys.executable, common.ROOT / "tools/scenario", folder, "--seed", "5", *(more or ("--exhibits", str(EXHIBITS)))],
                   check=True, stdout=subprocess.DEVNULL)
    return json.loads((pathlib.Path(folder) / "truth.json").read_text())


class Scenario(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        cls.truth = scenario(cls.root / "scenario")
        cls.images = sorted((cls.root / "scenario/images").glob("*.img"))
        cls.case = cls.root / "case"
        weft("run", cls.case, *cls.images, expect={OK, ATTENTION})
        cls.truth_file = cls.root / "scenario/truth.json"
        cls.evaluation = json.loads(weft("evaluate", cls.case, cls.truth_file, "--format", "json", "--samples", "100").text)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_same_seed_gives_the_same_truth(self):
        again = scenario(self.root / "again")
        for truth in (self.truth, again):  # NTFS's tools stamp what they like
            flat = {e["label"] for e in truth["exhibits"] if e["file_system"] == "ntfs"}
            for item in truth["items"]:
                item["places"] = [p for p in item["places"] if p["exhibit"] not in flat]
        self.assertEqual(self.truth, again)
        for exhibit in self.truth["exhibits"]:
            if exhibit["file_system"] != "ntfs":
                one, other = (self.root / name / exhibit["image"] for name in ("scenario", "again"))
                self.assertEqual(one.read_bytes(), other.read_bytes(), exhibit["label"])

    def test_every_plain_value_stands_at_its_byte(self):
        """Read from the image itself, without Weft."""
        data = {e["label"]: (self.root / "scenario" / e["image"]).read_bytes() for e in self.truth["exhibits"]}
        checked = 0
        for item in self.truth["items"]:
            if item["kind"] in ("file_sha256", "ssh_key", "phone"):  # not written as the canonical value
                continue
            for place in item["places"]:
                if place["offset"] is not None and place["layer"] in ("plain", "deleted", "slack"):
                    value = item["value"].encode()
                    if item["kind"] == "document_text":  # of which versions have no value in common
                        value = place.get("begins", "").encode()
                    at = place["offset"]
                    self.assertEqual(data[place["exhibit"]][at:at + len(value)], value, (item["kind"], place))
                    checked += 1
        self.assertGreater(checked, 20)

    def test_what_the_scanners_know_is_found_where_it_was_put(self):
        found = {}
        for feature in table(self.case, "feature"):
            found.setdefault((feature["exhibit"], feature["value"].lower()), set()).add(feature["offset"])
        checked = 0
        for item in self.truth["items"]:
            if item["kind"] not in ("email", "message_id", "iban", "bitcoin", "url"):
                continue
            for place in item["places"]:
                if place["offset"] is None or place["layer"] == "structured":  # rows glued to their neighbours: a parser's work
                    continue
                with self.subTest(f"{item['kind']} {item['value']} on {place['exhibit']}, {place['layer']}"):
                    self.assertIn(place["offset"], found.get((place["exhibit"], item["value"].lower()), set()))
                    checked += 1
        self.assertGreater(checked, 20)

    def test_the_numbers_of_pairs_are_those_of_the_truth(self):
        self.assertEqual(self.evaluation["exhibits"], EXHIBITS)
        self.assertEqual(self.evaluation["pairs"], EXHIBITS * (EXHIBITS - 1) // 2)
        self.assertEqual(self.evaluation["linked"], len(self.truth["pairs"]))
        every = {r["of"]: r for r in self.evaluation["false_links"]}
        self.assertEqual(every["all unrelated"]["pairs"], self.evaluation["pairs"] - self.evaluation["linked"])
        for decoy in self.truth["decoys"]:
            self.assertEqual(every[decoy["class"]]["pairs"], len(decoy["pairs"]), decoy["class"])

    def test_precision_and_recall_agree_with_the_link_table(self):
        true = {(p["a"], p["b"]) for p in self.truth["pairs"]}
        links = sorted(table(self.case, "link"), key=lambda r: r["rank"])
        in_order = [(r["exhibit_a"], r["exhibit_b"]) in true for r in links]
        ours = next(r for r in self.evaluation["rankings"] if r["method"] == "weft")
        self.assertAlmostEqual(ours["precision_at_10"], sum(in_order[:10]) / 10)
        # Average precision by hand: the pairs that the table lacks are one last step.
        found, total, by_hand = 0, len(true), 0.0
        for rank, hit in enumerate(in_order, 1):
            found += hit
            by_hand += found / rank / total if hit else 0
        by_hand += (total - found) / total * (total / self.evaluation["pairs"])
        self.assertAlmostEqual(ours["average_precision"], by_hand, places=9)
        shown = next(r for r in self.evaluation["by_strength"] if r["of"] == "all")
        self.assertEqual(shown["number"], total)
        self.assertEqual(shown["shown"], sum((r["exhibit_a"], r["exhibit_b"]) in true for r in links))

    def test_baselines_stand_beside_without_and_with_an_ideal_stop_list(self):
        methods = [r["method"] for r in self.evaluation["rankings"]]
        for name in ("shared count", "1/DF", "1/DF, stop above 1/3", "TF-IDF cosine"):
            self.assertIn(name, methods)
            self.assertIn(name + ", ideal stop list", methods)
        by_name = {r["method"]: r["average_precision"] for r in self.evaluation["rankings"]}
        self.assertNotEqual(by_name["1/DF, ideal stop list"], by_name["1/DF"])
        for value in by_name.values():
            self.assertTrue(0 < value <= 1, by_name)

    def test_every_address_leads_to_its_value(self):
        addresses = self.evaluation["addresses"]
        self.assertGreater(addresses["read_again"], 50)
        self.assertEqual(addresses["wrong"], [])
        self.assertEqual(addresses["there"] + addresses["in_record"], addresses["read_again"])
        self.assertGreater(addresses["there"], 30)
        self.assertGreater(addresses["at_planted_byte"], 0)
        self.assertEqual(addresses["at_planted_byte"] + addresses["at_its_record"], addresses["planted"])

    def test_a_changed_image_is_noticed(self):
        """What the measure is for: zeros over a planted value, and the address no longer holds it."""
        label = next(p["exhibit"] for i in self.truth["items"] if i["kind"] == "message_id" for p in i["places"])
        image = next(p for p in self.images if p.stem == label)
        before = image.read_bytes()
        try:
            image.write_bytes(bytes(len(before)))
            after = json.loads(weft("evaluate", self.case, self.truth_file, "--format", "json", "--samples", "100", "--no-baselines").text)
        finally:
            image.write_bytes(before)
        self.assertLess(after["addresses"]["there"] + after["addresses"]["in_record"], after["addresses"]["read_again"])
        self.assertTrue(any(w.startswith(label + ":") for w in after["addresses"]["wrong"]))

    def test_what_does_not_fit_is_refused(self):
        other = self.root / "other.json"
        other.write_text(json.dumps({**self.truth, "exhibits": self.truth["exhibits"][:-1]}))
        self.assertIn("same ones", weft("evaluate", self.case, other, expect={3}).text)
        other.write_text("{}")
        self.assertIn("not a truth file", weft("evaluate", self.case, other, expect={3}).text)
        weft("evaluate", self.case, expect={USAGE})

    def test_text_for_people(self):
        text = weft("evaluate", self.case, self.truth_file, "--samples", "0").text
        for words in ("Ranking of all pairs", "TF-IDF cosine, ideal stop list", "False links among unrelated pairs", "enterprise image"):
            self.assertIn(words, text)


class RealMail(unittest.TestCase):
    """Exhibits made of messages that are given: who is one person, who has most messages where, who names whom."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        count = 0
        with open(cls.root / "all.mbox", "w") as mbox:
            def write(name, address, number, text):
                nonlocal count
                for _ in range(number):
                    count += 1
                    mbox.write(f"From x Mon Jan  1 00:00:00 2024\nFrom: {name} <{address}>\nSubject: subject {count % 40}\n"
                               f"Date: Mon, 01 Jan 2024 00:00:00 +0000\nMessage-ID: <{count}@x.invalid>\n\n{text} {count}\n\n")
            for i in range(8):  # all of them named by the ninth
                write(f"Author {i}", f"author{i}@private{i}.net", 12, "what was done, number")
            write("Author Nine", "nine@private9.net", 12, "as " + ", ".join(f"author{i}@private{i}.net" for i in range(8)) + " said")
            write("Author Nine", "nine@work.net", 7, "from work")
            write("No Address", "nobody@machine", 30, "unsent")
            for i in range(30):
                write(f"Other {i}", f"other{i}@elsewhere.net", 7, "seen")
            write("Other 0", "other0@home.net", 7, "seen at home")
        cls.truth = scenario(cls.root / "mail", "--exhibits", "9", "--mail", cls.root / "all.mbox")
        cls.boxes = {}
        for exhibit in cls.truth["exhibits"]:
            data = (cls.root / "mail" / exhibit["image"]).read_bytes()
            cls.boxes[exhibit["label"]] = re.findall(rb"^From: (.*) <(.*)>$", data, re.M)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_an_author_has_an_address_and_most_messages(self):
        self.assertNotIn("nobody@machine", {e["owner"] for e in self.truth["exhibits"]})
        for exhibit in self.truth["exhibits"]:
            people = collections.Counter(name for name, _ in self.boxes[exhibit["label"]])
            (first, most), (_, next_most) = people.most_common(2)
            self.assertIn(exhibit["owner"].encode(), {a for name, a in self.boxes[exhibit["label"]] if name == first})
            self.assertGreater(most, next_most, exhibit)

    def test_one_name_is_one_person_of_whom_one_address_is_there(self):
        nine = next(o for o in self.truth["owners"] if o["primary"].startswith("nine@"))
        self.assertEqual(nine["addresses"], ["nine@private9.net", "nine@work.net"])
        self.assertNotIn(b"nine@work.net", {a for box in self.boxes.values() for _, a in box})

    def test_the_acquainted_name_each_other_and_are_not_linked(self):
        owner = {e["label"]: e["owner"] for e in self.truth["exhibits"]}
        linked = {(p["a"], p["b"]) for p in self.truth["pairs"]}
        acquainted = {(p["a"], p["b"]) for p in self.truth["acquainted"]}
        self.assertFalse(linked & acquainted)
        expected = {(a, b) for a, b in itertools.combinations(sorted(owner), 2) if owner[a] != owner[b]
                    and any(owner[x].startswith("nine@") for x in (a, b))}
        self.assertEqual(acquainted, expected)


if __name__ == "__main__":
    common.main()
