#!/usr/bin/env python3
"""Questions to a linked case: links, explained ones, owners, clusters, neighbours, who holds a value; and backgrounds.

The case is made of small folders, enough of them for links to be stated: two groups whose members share private
addresses, one link between the groups, an address that everybody knows, and exhibits that share nothing else.
"""
import datetime
import json
import os
import pathlib
import random
import tempfile
import unittest

import common
from common import NO_INPUT, USAGE, table, weft

GROUPS = (("amber", "birch", "cedar", "coral", "cress"), ("delta", "ember", "fjord", "flint", "grove"))
LONERS = tuple(f"lone-{i:02}" for i in range(10))
HUB = "everyone@newsletter-provider.net"
CARD = "4539578763621486"


def jsonl(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def rows(*arguments):
    return jsonl(weft(*arguments, "--format", "jsonl").text)


def make_evidence(root):
    """Returns the folders, and which private addresses each pair shares."""
    rng = random.Random(11)
    letters = "abcdefghijklmnopqrstuvwxyz"
    word = lambda n: "".join(rng.choice(letters) for _ in range(n))
    files = {label: {} for group in GROUPS for label in group} | {label: {} for label in LONERS}
    shared = {}
    pairs = [(a, b) for group in GROUPS for i, a in enumerate(group) for b in group[i + 1:]] + [("cedar", "delta")]
    for label, content in files.items():
        content["news.txt"] = f"from {HUB}\n{word(40)}\n"
        for i in range(12):  # what an exhibit has for itself
            content[f"note{i}.txt"] = f"{word(30)}\n{word(9)}.{word(9)}@{word(12)}.net\n{word(30)}\n"
        for i in range(9):  # and what it turns around
            content[f"sent{i}.txt"] = f"{word(20)}\n{label}.holder@home-of-{label}.net\n{word(20)}\n"
    times = {}  # of what a pair shares: later from pair to pair
    for number, (a, b) in enumerate(pairs):
        for i in range(8):
            value = f"{word(10)}.{word(8)}@{word(11)}.net"
            shared.setdefault((a, b), []).append(value)
            for label in (a, b):  # for different reasons: other files, other words around it
                name = f"{word(8)}.txt"
                times[name] = 1_700_000_000 + 3600 * number
                files[label][name] = f"{word(50)}\n{value}\n{word(50)}\n"
    for label, content in files.items():  # all of one size, so that each link weighs the same
        partners = sum(label in pair for pair in pairs)
        content["book.txt"] = "\n".join(f"{word(9)}.{word(9)}@{word(12)}.net {word(20)}" for _ in range(60 - 8 * partners))
    for label in ("amber", "fjord"):
        files[label]["payment.txt"] = f"card {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]} {word(9)}\n"
    folders = []
    for label, content in files.items():
        folder = root / label
        folder.mkdir(parents=True)
        folders.append(folder)
        for name, text in content.items():
            (folder / name).write_text(text)
            os.utime(folder / name, (1_700_000_000, times.get(name, 1_700_000_000)))
        os.utime(folder, (1_700_000_000, 1_700_000_000))
    return folders, shared


class Questions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weft-e2e-")
        cls.root = pathlib.Path(cls.folder.name)
        evidence, cls.shared = make_evidence(cls.root / "evidence")
        cls.case = cls.root / "case"
        weft("run", cls.case, *evidence)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    # links

    def test_links_are_the_table_of_links(self):
        found = rows("links", self.case)
        self.assertEqual(found, table(self.case, "link"))
        self.assertLessEqual({"exhibit_a", "exhibit_b", "rank", "log10_lr", "low", "high", "statement", "kinds", "score"},
                             set(found[0]))
        self.assertEqual([r["rank"] for r in found], list(range(1, len(found) + 1)))
        csv = weft("links", self.case, "--format", "csv").text.splitlines()
        self.assertEqual(len(csv), len(found) + 1)
        self.assertTrue(csv[0].startswith("exhibit_a,exhibit_b,rank,"))

    def test_planted_pairs_are_stated_and_shown_to_people(self):
        stated = {(r["exhibit_a"], r["exhibit_b"]) for r in rows("links", self.case) if r["statement"] == "supported"}
        self.assertEqual(stated, set(self.shared))
        text = weft("links", self.case).text
        for a, b in self.shared:
            self.assertIn(f"{a} – {b}", text)
        self.assertIn(f"{len(self.shared)} supported", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_a_link_is_explained_down_to_both_sides(self):
        done = weft("links", self.case, "--explain", "delta", "cedar", "--all").text  # in either order
        for value in self.shared["cedar", "delta"]:
            self.assertIn(value, done)
        self.assertIn("weighed against", done)
        self.assertIn("innocent reason", done)
        self.assertIn("hub", done)
        [it] = rows("links", self.case, "--explain", "cedar", "delta")
        self.assertEqual({e["value"] for e in it["evidence"]}, set(self.shared["cedar", "delta"]))
        for side, label in (("a", "cedar"), ("b", "delta")):
            row = it["evidence"][0]
            shown = weft("show", self.case, f"{label}:{row[f'path_{side}']}").text
            self.assertIn(row["value"].split("@")[0], shown)
            self.assertTrue((self.root / "evidence" / label / row[f"file_{side}"]).is_file(), row)

    def test_what_a_pair_shares_counts_or_is_set_aside_with_a_reason(self):
        values = {label: set() for label in ("amber", "fjord", "birch")}
        for feature in table(self.case, "feature"):
            if feature["exhibit"] in values and feature["kind"] == "email":
                values[feature["exhibit"]].add(feature["value"].lower())
        for a, b in (("amber", "birch"), ("amber", "fjord")):
            [it] = rows("links", self.case, "--explain", a, b)
            listed = {x["value"].lower() for part in ("evidence", "set_aside") for x in it[part] if x["kind"] == "email"}
            self.assertEqual(listed, values[a] & values[b], (a, b))
            self.assertTrue(all(x["reason"] and x["path_a"] and x["path_b"] for x in it["set_aside"]))
            self.assertEqual({x["reason"] for x in it["set_aside"] if x["value"] == HUB}, {"hub"})

    def test_two_without_a_link_say_so(self):
        text = weft("links", self.case, "--explain", "amber", "lone-03").text
        self.assertIn("no link", text)
        self.assertIn(HUB, text)

    def test_an_unknown_label_names_the_nearest(self):
        for command in (("links", self.case, "--explain", "amber", "lone-3"), ("neighbours", self.case, "lone-3")):
            done = weft(*command, expect={NO_INPUT})
            self.assertIn("lone-03", done.text)
        self.assertIn("itself", weft("links", self.case, "--explain", "amber", "amber", expect={NO_INPUT}).text)
        weft("links", self.case, "--explain", "amber", expect={USAGE})

    # neighbours, clusters, owners, who

    def test_neighbours(self):
        found = rows("neighbours", self.case, "cedar")
        stated = {r["neighbour"] for r in found if r["statement"] == "supported"}
        self.assertEqual(stated, {"amber", "birch", "coral", "cress", "delta"})
        self.assertEqual([r["rank"] for r in found], sorted(r["rank"] for r in found))
        for row in found:
            if row["neighbour"] == "delta":
                self.assertTrue({s["value"] for s in row["shares"]} <= set(self.shared["cedar", "delta"]))
                self.assertTrue(row["shares"])
        text = weft("neighbours", self.case, "cedar").text
        self.assertTrue(all(n in text for n in stated))

    def test_clusters_and_the_bridge_between_them(self):
        found = rows("cluster", self.case)
        self.assertEqual(found, table(self.case, "cluster"))
        clusters = {}
        for row in found:
            clusters.setdefault(row["cluster"], set()).add(row["exhibit"])
        self.assertEqual(sorted(map(sorted, clusters.values())), sorted(map(sorted, GROUPS)))
        self.assertEqual({r["exhibit"] for r in found if r["role"] == "bridge"}, {"cedar", "delta"})
        text = weft("cluster", self.case).text
        self.assertIn("Cluster 2", text)
        self.assertIn("bridge", text)

    def test_clusters_over_time_say_what_linked_when(self):
        steps = rows("cluster", self.case, "--over-time")
        stated = {(r["exhibit_a"], r["exhibit_b"]) for r in rows("links", self.case) if r["statement"] == "supported"}
        pairs = list(self.shared)  # in order of their times
        for group in GROUPS:
            inside = [(s["exhibit_a"], s["exhibit_b"]) for s in steps if s["exhibit_a"] in group]
            self.assertEqual(inside, [p for p in pairs if p in stated and set(p) <= set(group)])
            joined = [e for s in steps if s["exhibit_a"] in group for e in s["joins"]]
            self.assertEqual(sorted(joined), sorted(group))
        for step in steps:
            number = pairs.index((step["exhibit_a"], step["exhibit_b"]))
            expected = datetime.datetime.fromtimestamp(1_700_000_000 + 3600 * number, datetime.timezone.utc)
            self.assertEqual(step["since"], expected.strftime("%Y-%m-%dT%H:%M:%SZ"))
            self.assertEqual(step["what_a"], "file changed")
        text = weft("cluster", self.case, "--over-time").text
        self.assertIn("Clusters over time", text)
        self.assertIn("file changed", text)
        text = weft("links", self.case, "--explain", *min(stated)).text
        self.assertIn("file changed 2023-11-1", text)

    def test_owners_are_what_exhibits_turn_around(self):
        found = rows("owners", self.case)
        self.assertEqual(found, table(self.case, "owner"))
        self.assertLessEqual({"exhibit", "rank", "kind", "value", "role", "share", "times", "exhibits", "offset", "path",
                              "file"}, set(found[0]))
        first = {r["exhibit"]: r["value"] for r in found if r["rank"] == 1}
        self.assertEqual(first, {label: f"{label}.holder@home-of-{label}.net" for label in first})
        self.assertEqual(len(first), 20)
        text = weft("owners", self.case).text
        self.assertIn("runner-up", text)
        self.assertNotIn("suspect", text.lower())

    def test_who_holds_a_value(self):
        value = self.shared["cedar", "delta"][0]
        found = rows("who", self.case, value.upper())
        self.assertEqual({r["exhibit"] for r in found}, {"cedar", "delta"})
        for row in found:
            self.assertIn(value.split("@")[0], weft("show", self.case, f"{row['exhibit']}:{row['path']}").text)
        self.assertEqual(len(rows("who", self.case, HUB)), 20)
        self.assertEqual(rows("who", self.case, value, "--kind", "iban"), [])
        self.assertIn("0 of 20", weft("who", self.case, "nobody@nowhere.net").text)
        self.assertIn("email", weft("who", self.case, value, "--kind", "emial", expect={NO_INPUT}).text)

    def test_a_secret_is_asked_in_full_and_shown_masked(self):
        done = weft("who", self.case, f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", "--kind", "card")
        self.assertIn("2 of 20", done.text)
        self.assertNotIn(CARD, done.text.replace(" ", ""))
        for command in (("links", self.case, "--explain", "amber", "fjord", "--all"), ("neighbours", self.case, "amber")):
            self.assertNotIn(CARD, weft(*command).text)

    def test_a_case_that_is_not_linked_says_so(self):
        case = self.root / "unlinked"
        weft("new", case)
        for command in ("links", "owners", "cluster"):
            self.assertIn("weft link", weft(command, case, expect={NO_INPUT}).text)


class Backgrounds(common.Case):
    def setUp(self):
        super().setUp()
        rng = random.Random(3)
        for number in range(3):
            folder = self.scratch / f"pc{number}"
            folder.mkdir()
            for name, text in (("all.txt", HUB), ("own.txt", f"holder.of.pc{number}@private-mail.net"),
                               ("two.txt", "shared.by.two@private-mail.net" if number else "something else")):
                (folder / name).write_text(f"{rng.random()}\n{text}\n" + "x" * 2000)
        weft("new", self.case)
        weft("add", self.case, *(self.scratch / f"pc{n}" for n in range(3)))
        weft("extract", self.case)

    def build(self, name, *more):
        out = self.scratch / name
        weft("background", "build", out, self.case, *more)
        return out

    def test_built_twice_it_is_the_same_and_tells_no_value(self):
        one, other = self.build("one.wb", "--name", "n"), self.build("other.wb", "--name", "n")
        self.assertEqual(one.read_bytes(), other.read_bytes())
        self.assertNotIn(b"private-mail", one.read_bytes())
        info = weft("background", "info", one).text
        self.assertRegex(info, r"(?m)^sources +3,")
        self.assertRegex(info, r"e-mail address +5\b")
        self.assertIn("sha256", info)

    def test_rare_values_can_be_dropped(self):
        info = weft("background", "info", self.build("b.wb", "--least", "2")).text
        self.assertRegex(info, r"e-mail address +2\b")
        self.assertIn("fewer than 2", info)

    def test_what_it_holds_is_set_aside(self):
        weft("link", self.case, "--background", self.build("b.wb"))
        reasons = {r["value"]: r["reason"] for r in table(self.case, "set_aside")}
        self.assertEqual(reasons["shared.by.two@private-mail.net"], "background")
        self.assertEqual(table(self.case, "link"), [])

    def test_a_key_held_apart_is_needed_and_can_be_given(self):
        key = self.scratch / "key"
        apart = self.build("b.wb", "--key", key)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertIn("held apart", weft("background", "info", apart).text)
        done = weft("link", self.case, "--background", apart, expect={NO_INPUT})
        self.assertIn("--background-key", done.text)
        (self.scratch / "other").write_text("0" * 63 + "1\n")
        weft("link", self.case, "--background", apart, "--background-key", self.scratch / "other", expect={NO_INPUT})
        weft("link", self.case, "--background", apart, "--background-key", key)
        self.assertEqual(apart.read_bytes(), self.build("b.wb", "--key", key).read_bytes())

    def test_merging_needs_one_key_and_different_exhibits(self):
        case = self.scratch / "case2"
        folder = self.scratch / "late"
        folder.mkdir()
        (folder / "all.txt").write_text(HUB)
        weft("new", case)
        weft("add", case, folder)
        weft("extract", case)
        one, other, same = self.build("one.wb"), self.scratch / "other.wb", self.scratch / "same.wb"
        weft("background", "build", other, case)
        weft("background", "build", same, case, "--same-key-as", one)
        out = self.scratch / "out.wb"
        self.assertIn("another key", weft("background", "merge", out, one, other, expect={NO_INPUT}).text)
        self.assertIn("count twice", weft("background", "merge", out, one, one, expect={NO_INPUT}).text)
        self.assertRegex(weft("background", "merge", out, one, same).text, r"(?m)^sources +4,")
        (self.scratch / "bad.wb").write_bytes(one.read_bytes()[:-5])
        self.assertIn("damaged", weft("background", "info", self.scratch / "bad.wb", expect={NO_INPUT}).text)


if __name__ == "__main__":
    common.main()
