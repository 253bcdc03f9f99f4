"""PDFs as a real browser prints them: numbered glyphs, which only the fonts' own maps make readable. Then the same
document under an empty password, with its objects packed, behind a later version, in a mail, in a deleted file."""
import base64
import re
import shutil
import subprocess

import common

PLANTED = {
    ("email", "anna.schmidt@example-post.de"), ("email", "jonas@mail.example.org"), ("email", "petra@mail.example.org"),
    ("email", "office@affine-flow.example.com"), ("email", "mixed.style@fonts.example.com"),
    ("url", "https://www.example.net/manuals/ref?page=7"), ("phone", "+4930901820"),
    ("iban", "DE89370400440532013000"),
}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>Page</title>
<h1>Письмо — Übersicht</h1>
<p>Write to <b>anna.schmidt@example-post.de</b> or call +49 30 901820; see https://www.example.net/manuals/ref?page=7 first.
<table><tr><td>jonas@mail.example.org<td>petra@mail.example.org<tr><td>IBAN<td>DE89 3704 0044 0532 0130 00</table>
<p style="width:300px;text-align:justify">Nothing is so small that it may be lost, and the office of the first floor is
reached under <span style="white-space:nowrap">office@affine-flow.example.com</span>, where fi, fl and ffi are set as one sign each by many fonts.
<p>m<i>i</i>xed<b>.</b>style@<i>fonts</i>.example.com
"""


class Pdf(common.Case):
    def setUp(self):
        super().setUp()
        (self.scratch / "page.html").write_text(PAGE)
        self.printed = self.scratch / "printed.pdf"
        common.chromium(self.scratch / "profile", f"--print-to-pdf={self.printed}", f"file://{self.scratch}/page.html")
        self.evidence = self.scratch / "evidence"
        self.evidence.mkdir()

    def qpdf(self, name, *options):
        subprocess.run(["qpdf", *options, self.printed, self.evidence / name], check=True)

    def found(self):
        """By file: what was found, and under which decoders."""
        out = {}
        for row in common.table(self.case, "feature"):
            out.setdefault(row["file"], {}).setdefault((row["kind"], row["value"]), set()).add(
                re.sub(r"\d+", "", row["path"].partition("-")[2]))
        return out

    def test_a_browsers_page_is_read_in_every_form(self):
        shutil.copy(self.printed, self.evidence / "printed.pdf")
        self.qpdf("empty-password.pdf", "--encrypt", "", "owner", "256", "--")
        self.qpdf("packed-objects.pdf", "--object-streams=generate")
        self.qpdf("linear.pdf", "--linearize")
        letter = ('From: <a@example.com>\nContent-Type: application/pdf; name="page.pdf"\nMIME-Version: 1.0\n'
                  "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(self.printed.read_bytes()).decode())
        (self.evidence / "letter.eml").write_text(letter)
        common.weft("run", self.case, self.evidence)
        found = self.found()
        for name in ("printed.pdf", "empty-password.pdf", "packed-objects.pdf", "linear.pdf", "letter.eml"):
            with self.subTest(name):
                self.assertEqual(PLANTED - set(found[name]), set())
                # Each where the document shows it, and nowhere else.
                self.assertEqual({layers for value in PLANTED for layers in found[name][value]},
                                 {"BASE--PDFDOC-" if name == "letter.eml" else "PDFDOC-"})
        self.assertEqual(common.table(self.case, "problem"), [])
        path = next(row["path"] for row in common.table(self.case, "feature") if "PDFDOC" in row["path"])
        self.assertIn("page     1 of the document", common.weft("show", self.case, f"evidence:{path}").text)
        self.assertIn("hold what is claimed", common.weft("verify", self.case, "--samples", "1000").text)
        documents = {row["file"]: row for row in common.table(self.case, "document")}
        self.assertIn("Skia/PDF", documents["printed.pdf"]["application"])
        self.assertEqual(documents["empty-password.pdf"]["title"], "Page")

    def test_a_password_is_told(self):
        self.qpdf("password.pdf", "--encrypt", "secret", "owner", "256", "--")
        common.weft("run", self.case, self.evidence, expect={common.OK, common.ATTENTION})
        self.assertIn("PDF is encrypted: its text is not read", {row["what"] for row in common.table(self.case, "problem")})

    def test_a_deleted_document_is_read(self):
        image = self.scratch / "stick.img"
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.vfat", image], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["mcopy", "-i", image, self.printed, "::page.pdf"], check=True)
        subprocess.run(["mdel", "-i", image, "::page.pdf"], check=True)
        common.weft("run", self.case, image)
        self.assertEqual(PLANTED - {value for values in self.found().values() for value in values}, set())


if __name__ == "__main__":
    common.main()
