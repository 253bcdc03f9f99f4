#!/usr/bin/env python3
"""What was made of a case is as it was made, or `verify` says what is not: links, records, scope, report, logs."""
import json
import shutil

import common
from common import ATTENTION, USAGE, NO_INPUT, Case, weft

SHARED = "witness.of.ours@kestrelbrook-post.net"
SECRET = "secret.of.counsel@kestrelbrook-post.net"


class Verify(Case):
    def setUp(self):
        super().setUp()
        self.evidence = []
        for name in ("one", "two"):
            folder = self.scratch / "evidence" / name
            (folder / "Counsel").mkdir(parents=True)
            (folder / "letter.txt").write_text(f"to {SHARED}\nsincerely, {name}\n")
            (folder / "Counsel/letter.txt").write_text(f"to {SECRET}\n")
            self.evidence.append(folder)
        weft("run", self.case, *self.evidence, "--custodian", "Unit A")
        self.assertIn("everything that was checked is in order", weft("verify", self.case).text)

    def wrong(self):
        text = weft("verify", self.case, expect={ATTENTION}).text
        self.assertIn("SOMETHING IS WRONG", text)
        return text

    def restored(self, path):
        """Puts the path of the case back after the block."""
        kept = self.scratch / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, kept)

        def restore():
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            copy(kept, path)
            kept.unlink() if kept.is_file() else shutil.rmtree(kept)
            weft("verify", self.case)
        return restore

    def test_links(self):
        links = self.case / "links"
        for change, says in (
                (lambda: (links / "link.parquet").write_bytes((links / "owner.parquet").read_bytes()),
                 "links/link.parquet is not the one"),
                (lambda: (links / "evidence.parquet").unlink(), "links/evidence.parquet is missing"),
                (lambda: (links / "manifest.json").write_text((links / "manifest.json").read_text() + " "),
                 "links/manifest.json is not the one"),
                (lambda: (links / "more.parquet").write_bytes(b"x"), "links/more.parquet was not made by linking"),
                (lambda: shutil.rmtree(links), "its links are gone")):
            restore = self.restored(links)
            change()
            if not links.exists():
                links_gone = self.wrong()
                links.mkdir()
                self.assertIn(says, links_gone)
            else:
                self.assertIn(says, self.wrong())
            restore()
        weft("link", self.case)
        weft("verify", self.case)

    def test_indexes(self):
        index = self.case / "indexes/one.index"
        restore = self.restored(index)
        index.write_bytes(index.read_bytes().replace(SHARED.encode(), b"x" * len(SHARED)))
        self.assertIn("the selector index does not hold what the pack does", self.wrong())
        restore()
        restore = self.restored(index)
        index.write_bytes(index.read_bytes()[:-100])
        self.assertIn("linking makes it again", weft("verify", self.case).text)
        index.unlink()
        self.assertIn("linking makes it", weft("verify", self.case).text)
        weft("link", self.case)
        self.assertNotIn("linking makes it", weft("verify", self.case).text)

    def test_records(self):
        record = self.case / "exhibits/one.json"
        restore = self.restored(record)
        record.unlink()
        self.assertIn("exhibits/one.json is missing", self.wrong())
        restore()
        facts = json.loads(record.read_text())
        for name, value, says in (("custodian", "Somebody Else", 'custodian is "Somebody Else"; the custody log says "Unit A"'),
                                  ("note", "x", 'note is "x"; the custody log says ""'),
                                  ("added_by", "nobody@nowhere", "exhibits/one.json is not the one")):
            restore = self.restored(record)
            record.write_text(json.dumps(facts | {name: value}))
            self.assertIn(says, self.wrong())
            restore()
        other = self.case / "exhibits/three.json"
        other.write_text(json.dumps(facts | {"label": "three"}))
        self.assertIn("exhibits/three.json: the custody log does not say", self.wrong())

    def test_amending(self):
        said = weft("add", self.case, self.evidence[0], "--custodian", "Unit A").text
        self.assertIn("known", said)
        before = (self.case / "log.jsonl").read_text()
        said = weft("add", self.case, self.evidence[0], "--custodian", "Unit B", "--received-at", "2026-11-24T09:30Z").text
        self.assertIn("amended", said)
        self.assertEqual(json.loads((self.case / "exhibits/one.json").read_text())["custodian"], "Unit B")
        line = json.loads((self.case / "log.jsonl").read_text()[len(before):].splitlines()[0])
        self.assertEqual((line["action"], line["detail"]["custodian before"]), ("amend", "Unit A"))
        weft("verify", self.case)
        said = weft("add", self.case, self.evidence[0], "--label", "EX-017", expect={NO_INPUT}).text
        self.assertIn("label one", said)
        for text in ("nonsense date", "2026-13-01", "2026-11-24T25:00Z", "24.11.2026", "2026-11-24T09:30+99:00"):
            said = weft("add", self.case, self.evidence[0], "--received-at", text, expect={USAGE}).text
            self.assertIn("not a date or time", said)
        for text in ("2026-11-24", "2026-11-24 09:30", "2026-11-24T09:30:15.5+01:00"):
            weft("add", self.case, self.evidence[0], "--received-at", text)
        weft("verify", self.case)

    def test_report_and_scope(self):
        report = self.case / "report/report.html"
        restore = self.restored(report)
        report.write_text(report.read_text().replace("Unit A", "Unit X"))
        self.assertIn("report.html is not the one", self.wrong())
        restore()
        rules = self.scratch / "rules.txt"
        rules.write_text("privileged\t*\tCounsel/*\tcounsel\nprivileged\t*\tCounsle/*\tmisspelt\n")
        said = weft("scope", self.case, rules).text
        self.assertIn("rule 2 (*, Counsle/*) fits nothing", said)
        self.assertNotIn("rule 1", said)
        weft("verify", self.case)
        (self.case / "scope").write_text("privileged\t*\tNothing/*\tcounsel\n")
        self.assertIn("rules of scope are not those", self.wrong())
        (self.case / "scope").unlink()
        self.assertIn("rules of scope were set, and are gone", self.wrong())

    def test_what_is_kept_out_is_not_shown(self):
        rules = self.scratch / "rules.txt"
        rules.write_text("privileged\t*\tCounsel/*\tcounsel\n")
        weft("scope", self.case, rules)
        for folder, file, value in (("one", "Counsel/letter.txt", SECRET), ("two", "letter.txt", SHARED)):
            path = self.scratch / "evidence" / folder / file
            path.write_text(path.read_text().replace(value, "x" * len(value)))
        text = self.wrong()
        self.assertIn(f"does not hold email {SHARED} any more", text)
        self.assertIn("does not hold a feature that the scope keeps out any more", text)
        self.assertNotIn(SECRET, text)

    def test_a_deleted_access_log(self):
        weft("search", self.case, SHARED)
        (self.case / "access.jsonl").unlink()
        self.assertIn("lines of access.jsonl that are not there", self.wrong())


if __name__ == "__main__":
    common.main()
