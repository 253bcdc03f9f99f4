#!/usr/bin/env python3
"""Known answers: images whose makers said what is in them."""

import common
from common import ATTENTION, EVIDENCE, OK, Case, table, weft

# Addresses that lie behind a layer not decoded yet, and which.
NOT_YET = {
    "user_doc_pdf@microsoftword.com": "PDF text set in pieces or in the font's own encoding",
    "user_docx_pdf@microsoftword.com": "PDF text set in pieces or in the font's own encoding",
}


class KnownFeatures(Case):
    def test_email_test_every_address_and_a_loud_mismatch(self):
        common.needs_evidence("images/bulk_extractor/email_test.E01")
        done = weft("run", self.case, EVIDENCE / "images/bulk_extractor/email_test.E01", expect={ATTENTION})
        found = {r["value"].lower() for r in table(self.case, "feature") if r["kind"] == "email"}
        wanted = {f"user{n}@company.com" for n in range(49994)}
        missing = sorted(wanted - found)
        self.assertEqual(missing, [], f"{len(missing)} of {len(wanted)} addresses missing, e.g. {missing[:5]}")
        self.assertIn("MISMATCH", done.text)
        self.assertEqual(table(self.case, "exhibit")[0]["hash_check"], "MISMATCH")
        report = (self.case / "report/report.html").read_text()
        self.assertIn("MISMATCH", report)

    def test_nps_2010_emails(self):
        image, listed = "images/bulk_extractor/nps-2010-emails.E01", "documents/nps-email.txt"
        common.needs_evidence(image, listed)
        # path, address, context; addresses known only with XML tags stripped (MSXML) are two neighbours glued together.
        lines = [line.split("\t") for line in (EVIDENCE / listed).read_text(errors="replace").splitlines() if line[:1] != "#"]
        wanted = {fields[1].lower() for fields in lines if len(fields) > 1 and "MSXML" not in fields[0]}
        self.assertGreater(len(wanted), 20)
        weft("run", self.case, EVIDENCE / image, expect={OK, ATTENTION})
        found = {r["value"].lower() for r in table(self.case, "feature") if r["kind"] == "email"}
        missing = wanted - found - set(NOT_YET)
        self.assertEqual(missing, set())


if __name__ == "__main__":
    common.main()
