#!/usr/bin/env python3
"""Known answers: images whose makers said what is in them."""

import csv
import re
import shutil

import common
from common import ATTENTION, EVIDENCE, OK, Case, table, weft

# What bulk_extractor's tests know of its samples, one sample a row as the evidence's MANIFEST.tsv has it: (kind, value,
# where in the sample, or None). A sample with nothing here has a test of its own. (What a page of a PDF shows has its
# place at the document here, and at the stream there.)
FACTS = {
    "archives/test_hello.512b.gz": [("email", "hello@world.com", "512-GZIP-0")],
    "documents/pdf_words2.pdf": [("url", "http://www.iec.ch", "2207-PDF-612")],  # in stream[1], behind its keyword
    "images/bulk_extractor/nps-2010-emails.100k.raw": [
        ("email", "plain_text@textedit.com", "80896"), ("email", "plain_text_pdf@textedit.com", "70656-PDFDOC-0"),
        ("email", "rtf_text_pdf@textedit.com", "81920-PDFDOC-0"), ("email", "plain_utf16_pdf@textedit.com", "92160-PDFDOC-0")],
    # Not in the manifest's words; read off the samples.
    "documents/john_jakes.vcf": [("email", "johnjakes@johnjakes.com", None)],
    "windows/memory/utf16_urls.bin": [("url", "http://www.hhs.gov/ocr/hipaa/consumer_rights.pdf", None),
                                      ("email", "ocrmail@hhs.gov", None)],
    "archives/jpegs.rar": [("carved_jpeg", "7323 bytes, whole, 49 x 58", "0-RAR-12")],
    "documents/KML_Samples.kml": [("place", "37.42229,-122.082204", None)],
    "media/exif_demo1.jpg": [("carved_exif", "apple iphone se (2nd generation), 2021:12:19 12:04:36 -05:00, by 15.2", None),
                             ("place", "41.466828,-70.622689", None)],
    "media/exif_demo3.psd": [("carved_exif", "2021:12:19 17:32:57, by adobe photoshop 23.1 (macintosh)", None)],
    "media/1.jpg": [("carved_jpeg", "7323 bytes, whole, 49 x 58", "0")],
    "network/ntlm1.pcap": [("flow", "tcp 192.168.0.91:2239 > 192.168.0.55:80", None)],
    "network/ntlm3.pcap": [("flow", "tcp 192.168.0.91:2239 > 192.168.0.55:80", None)],
    "network/ntlm80.pcap": [("flow", "tcp 192.168.0.91:2239 > 192.168.0.55:80", None)],
    "network/wifi_ipv4.pcap": [("flow", "udp 192.168.1.132:1031 > 192.168.1.1:53", None)],
    "windows/carving/test_winprefetch.raw": [("carved_prefetch", "rundll32.exe, 16584 bytes, version 17", None)],
    "windows/memory/ram_2pages.bin": [
        ("aes_key", "a26e0e4c06c4bbbf5d628bc7f8b391b6", "496"), ("aes_key", "dcd20518c416c0e28ed8599c86ede8e6", "1120"),
        ("aes_key", "0923e04d4044571f55bf43bcac061104456303a152c54c16baa696e9a6188065", "7008"),
        ("aes_key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "7304")],
    "windows/memory/domexusers-2435863310-2435928846.raw": [("mac", "00:0c:29:26:bb:cd", None)],
}
OWN_TEST = {"images/bulk_extractor/email_test.E01", "images/bulk_extractor/nps-2010-emails.E01"}


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
        self.assertEqual(wanted - found, set())

    def test_what_bulk_extractor_knows_of_its_other_samples(self):
        common.needs_evidence("MANIFEST.tsv", *FACTS)
        with open(EVIDENCE / "MANIFEST.tsv", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        known = {r["path"] for r in rows if "bulk_extractor" in r["source"] and r["truth"].startswith("UPSTREAM")}
        self.assertGreater(len(known), 10)
        self.assertEqual(known - set(FACTS) - OWN_TEST, set(), "samples with known features, not tested")

        samples = self.scratch / "samples"
        samples.mkdir()
        for path in FACTS:
            shutil.copy(EVIDENCE / path, samples)
        weft("run", self.case, samples, expect={OK, ATTENTION})
        starts = {r["file_id"]: r["offset"] for r in table(self.case, "extent")}
        found = {path.rsplit("/", 1)[1]: set() for path in FACTS}
        for row in table(self.case, "feature"):
            offset, _, layers = row["path"].partition("-")
            if offset.startswith("#"):  # a parser's row: the scanner's own stands beside it
                continue
            where = str(int(offset) - starts[row["file_id"]]) + ("-" + layers if layers else "")
            found[row["file"]].add((row["kind"], row["value"].lower(), where))

        for path, facts in FACTS.items():
            for kind, value, where in facts:
                with self.subTest(path=path, value=value):
                    places = {w for k, v, w in found[path.rsplit("/", 1)[1]] if (k, v) == (kind, value)}
                    self.assertTrue(places, "not found")
                    # A position in unpacked bytes depends on where a tool lets the value begin, and what a page shows
                    # is a layer of its own here: the layer decides, or one in it.
                    layers = {re.sub(r"-\d+$", "", w) if "-" in w else w for w in places}
                    if where:
                        wanted = re.sub(r"-\d+$", "", where) if "-" in where else where
                        self.assertTrue(any((w + "-").startswith(wanted + "-") for w in layers), layers)


if __name__ == "__main__":
    common.main()
