#!/usr/bin/env python3
"""Recall of `weft extract` in files that other programs made: producers.py WEFT [--seed N] [LAYER...]

recall.py plants values in layers that we write ourselves; here word processors, typesetters, archivers, compilers of
mail and databases write them. Each layer is made by a program of Debian's; those that are not installed are left out,
and said. Prints for each layer how many of 42 values are found in its files, and which kinds are missed. Nothing is a
floor here: some layers are not read at all, and that is what one wants to see. All values are invented.

    apt-get install enscript ghostscript groff weasyprint wkhtmltopdf python3-reportlab python3-docx python3-openpyxl \\
      libreoffice-writer-nogui libreoffice-calc-nogui pandoc lzop lzip ncompress squashfs-tools sharutils xxd \\
      bsdextrautils python3-plyvel
"""
import argparse
import base64
import collections
import email.charset
import email.mime.application
import email.mime.multipart
import email.mime.text
import gzip
import io
import json
import os
import pathlib
import plistlib
import quopri
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
import zlib

import recall

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, whichever Python this is
from making.people import Names  # noqa: E402  (recall.py has set the path)

PLAN = dict(email=12, url=6, phone=4, card=4, iban=4, bitcoin=4, ethereum=2, ipv4=2, mac=2, uuid=2)
LAYERS = {}


class Missing(Exception):
    """A program or module that a layer needs."""


def layer(name, ending="bin"):
    """Registers make(maker, text, plants): it returns the file's bytes, or writes into maker.folder itself."""
    def register(make):
        LAYERS[name] = (make, ending)
        return make
    return register


class Maker:
    def __init__(self, scratch, folder, rng):
        self.scratch, self.folder, self.rng = scratch, folder, rng

    def run(self, *command, stdin=None, **more):
        if not shutil.which(str(command[0])):
            raise Missing(command[0])
        done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, timeout=300, check=False, **more)
        if done.returncode != 0:
            raise Missing(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-80:]}")
        return done.stdout

    def write(self, name, content):
        path = self.scratch / name
        path.unlink(missing_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def office(self, source, ending):
        self.run("soffice", "--headless", "--convert-to", ending, "--outdir", self.folder, source,
                 env={**os.environ, "HOME": str(self.scratch)})


def simple(name, ending, make):
    """A layer whose bytes depend on the text alone."""
    LAYERS[name] = (lambda maker, text, plants: make(text.encode()), ending)


def through(name, *command, ending="bin"):
    """A filter's output."""
    LAYERS[name] = (lambda maker, text, plants: maker.run(*command, stdin=text.encode()), ending)


# --- Documents ---------------------------------------------------------------------------------------------------------

simple("plain", "txt", bytes)


@layer("pdf by enscript and Ghostscript", "pdf")
def _(maker, text, plants):
    maker.run("enscript", "-B", "-p", maker.scratch / "a.ps", maker.write("a.txt", text))
    maker.run("ps2pdf", maker.scratch / "a.ps", maker.folder / "file.pdf")


@layer("pdf by groff", "pdf")
def _(maker, text, plants):
    return maker.run("groff", "-Tpdf", "-ms", stdin=(".nf\n" + text).encode())


@layer("pdf by WeasyPrint", "pdf")
def _(maker, text, plants):
    maker.run("weasyprint", maker.write("a.html", page(text)), maker.folder / "file.pdf")


@layer("pdf by Qt", "pdf")
def _(maker, text, plants):
    maker.run("wkhtmltopdf", "-q", maker.write("a.html", page(text)), maker.folder / "file.pdf",
              env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})


def page(text):
    return "<html><body>" + "".join(f"<p>{line}</p>" for line in text.splitlines())


@layer("pdf by ReportLab", "pdf")
def _(maker, text, plants):
    try:
        from reportlab.pdfgen import canvas
    except ImportError as error:
        raise Missing("reportlab") from error
    sheet, y = canvas.Canvas(str(maker.folder / "file.pdf")), 800
    for line in text.splitlines():
        sheet.drawString(40, y, line)
        y -= 14
        if y < 40:
            sheet.showPage()
            y = 800
    sheet.save()


def word(text, path, rng=None):
    """A docx; with rng cut into runs anywhere."""
    try:
        from docx import Document
    except ImportError as error:
        raise Missing("docx") from error
    document = Document()
    for line in text.splitlines():
        paragraph = document.add_paragraph("" if rng else line)
        while rng and line:
            size = rng.randint(2, 9)
            paragraph.add_run(line[:size]).bold = rng.random() < 0.5
            line = line[size:]
    document.save(str(path))
    return path


@layer("docx", "docx")
def _(maker, text, plants):
    word(text, maker.folder / "file.docx")


@layer("docx in runs", "docx")
def _(maker, text, plants):
    word(text, maker.folder / "file.docx", maker.rng)


def sheet(plants, path):
    try:
        import openpyxl
    except ImportError as error:
        raise Missing("openpyxl") from error
    book = openpyxl.Workbook()
    for kind, shown, _ in plants:
        book.active.append([recall.WORDS[kind], shown, "as said."])
    book.save(str(path))
    return path


@layer("xlsx", "xlsx")
def _(maker, text, plants):
    sheet(plants, maker.folder / "file.xlsx")


for kind in ("odt", "doc", "rtf", "pdf", "html"):
    LAYERS[f"{kind} by LibreOffice"] = (
        lambda maker, text, plants, kind=kind: maker.office(word(text, maker.scratch / "file.docx"), kind), kind)
LAYERS["odt in runs by LibreOffice"] = (
    lambda maker, text, plants: maker.office(word(text, maker.scratch / "file.docx", maker.rng), "odt"), "odt")
for kind in ("ods", "xls", "csv"):
    LAYERS[f"{kind} by LibreOffice"] = (
        lambda maker, text, plants, kind=kind: maker.office(sheet(plants, maker.scratch / "file.xlsx"), kind), kind)


@layer("epub by pandoc", "epub")
def _(maker, text, plants):
    maker.run("pandoc", maker.write("a.md", text.replace("\n", "\n\n")), "-o", maker.folder / "file.epub",
              "--metadata", "title=x")


# --- Packed and encoded ------------------------------------------------------------------------------------------------

for tool in ("xz", "bzip2", "zstd", "lz4", "lzip", "lzop", "compress"):
    through(tool, tool, "-c")
through("uuencode", "uuencode", "a.txt")
through("xxd", "xxd", ending="txt")
through("hexdump", "hexdump", "-C", ending="txt")
for method in ("LZMA2", "PPMd", "BZip2"):
    LAYERS[f"7z, {method}"] = (lambda maker, text, plants, method=method: void(maker.run(
        "7z", "a", "-bd", "-y", f"-m0={method}", maker.folder / "file.7z", maker.write("a.txt", text))), "7z")
for method in ("Deflate", "Deflate64", "BZip2", "LZMA", "PPMd"):
    LAYERS[f"zip, {method}"] = (lambda maker, text, plants, method=method: void(maker.run(
        "7z", "a", "-bd", "-y", "-tzip", f"-mm={method}", maker.folder / "file.zip", maker.write("a.txt", text))), "zip")


def void(_):
    return None


@layer("squashfs")
def _(maker, text, plants):
    tree = maker.scratch / "tree"
    tree.mkdir(exist_ok=True)
    (tree / "a.txt").write_text(text)
    maker.run("mksquashfs", tree, maker.folder / "file.bin", "-quiet", "-no-progress", "-noappend")


simple("gzip, a member a line", "gz", lambda text: b"".join(gzip.compress(line) for line in text.splitlines(True)))
simple("base64", "txt", base64.encodebytes)
simple("base32", "txt", base64.b32encode)
simple("base85", "txt", lambda text: base64.a85encode(text, adobe=True))
simple("hex", "txt", lambda text: text.hex().encode())
for code in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-7", "cp037"):
    simple(code, "txt", lambda text, code=code: text.decode().encode(code))
simple("quoted-printable", "txt", quopri.encodestring)
simple("quoted-printable, all of it", "txt", lambda text: quopri.encodestring(text, quotetabs=True))
simple("entities of HTML", "html", lambda text: b"".join(
    c.encode() if c.isalnum() or c in " \n" else b"&#%d;" % ord(c) for c in text.decode()))
simple("no-break spaces", "txt", lambda text: text.decode().replace(" ", "\u00a0").encode())
simple("percent signs", "txt", lambda text: "\n".join(
    "GET /x?d=" + urllib.parse.quote(line, safe="") for line in text.decode().splitlines()).encode())
simple("body of HTTP in gzip", "bin", lambda text: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(text))
simple("zlib", "bin", lambda text: b"some bytes" + zlib.compress(text))
simple("property list", "plist", lambda text: plistlib.dumps({"a": text.decode().splitlines()}, fmt=plistlib.FMT_BINARY))
simple("vcf, quoted-printable", "vcf", lambda text: b"".join(
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;ENCODING=QUOTED-PRINTABLE:" + quopri.encodestring(line, quotetabs=True)
    .replace(b"\n", b"\r\n") + b"\r\nEND:VCARD\r\n" for line in text.splitlines()))


def picture(text):
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))  # noqa: E731
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


simple("png, zTXt", "png", picture)


# --- Mail, databases, stores -------------------------------------------------------------------------------------------

def mail(attachment, name):
    message = email.mime.multipart.MIMEMultipart()
    message["Subject"] = "see there"
    part = email.mime.application.MIMEApplication(attachment)
    part.add_header("Content-Disposition", "attachment", filename=name)
    message.attach(email.mime.text.MIMEText("hello"))
    message.attach(part)
    return message.as_bytes()


@layer("docx in mail", "eml")
def _(maker, text, plants):
    return mail(word(text, maker.scratch / "m.docx").read_bytes(), "m.docx")


def zipped(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return out.getvalue()


simple("zip in mail in gzip", "gz", lambda text: gzip.compress(b"From a@b Mon Jan  1 00:00:00 2024\n" + mail(zipped(text), "a.zip")))


def database(name, *statements, rows=str.splitlines, pragmas=()):
    def make(maker, text, plants):
        with sqlite3.connect(maker.folder / "file.db") as store:
            for pragma in pragmas:
                store.execute("pragma " + pragma)
            store.execute("create table m(id integer primary key, body)")
            store.executemany("insert into m(body) values(?)", [(row,) for row in rows(text)])
            store.commit()
            for statement in statements:
                store.execute(statement)
    LAYERS[name] = (make, "db")


database("SQLite")
database("SQLite, UTF-16", pragmas=['encoding="UTF-16"'])
database("SQLite, deleted", "delete from m", pragmas=["secure_delete=off"])
database("SQLite, overflow", rows=lambda text: [text], pragmas=["page_size=512"])
database("SQLite, zlib", rows=lambda text: [zlib.compress(text.encode())])


@layer("LevelDB")
def _(maker, text, plants):
    try:
        import plyvel
    except ImportError as error:
        raise Missing("plyvel") from error
    store = plyvel.DB(str(maker.folder / "store"), create_if_missing=True)
    for number, line in enumerate(text.splitlines() * 20):
        store.put(b"key%05d" % number, line.encode())
    store.compact_range()
    store.close()


@layer("git, packed")
def _(maker, text, plants):
    tree = maker.folder / "tree"
    maker.run("git", "init", "-q", tree)
    (tree / "a.txt").write_text(text)
    maker.run("git", "-C", tree, "add", ".")
    maker.run("git", "-C", tree, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "-qm", "x")
    maker.run("git", "-C", tree, "gc", "-q")
    (tree / "a.txt").unlink()


# --- Later ones, last: so that the values of those above stay ------------------------------------------------------------

through("od", "od", "-A", "x", "-t", "x1z", ending="txt")
simple("utf-32-be", "txt", lambda text: text.decode().encode("utf-32-be"))
simple("no-break spaces, UTF-16", "txt", lambda text: text.decode().replace(" ", "\u00a0").encode("utf-16-le"))


# --- Measuring ---------------------------------------------------------------------------------------------------------

def make_all(wanted, seed, tree, scratch):
    """{layer: plants} of those that could be made; prints which could not."""
    rng = random.Random(seed)
    names, truth = Names(rng), {}
    for number, (name, (make, ending)) in enumerate(LAYERS.items()):
        plants = [(kind, *recall.one(kind, names, rng)) for kind, count in PLAN.items() for _ in range(count)]
        rng.shuffle(plants)
        if wanted and name not in wanted:
            continue
        folder = tree / f"layer{number}"
        folder.mkdir()
        try:
            content = make(Maker(scratch, folder, rng), "\n".join(recall.lines_of(plants)) + "\n", plants)
        except Missing as missing:
            print(f"{name:32} not made, for want of {missing}")
            shutil.rmtree(folder)
            continue
        if content is not None:
            (folder / f"file.{ending}").write_bytes(content)
        truth[name] = (folder.name, plants)
    return truth


def found_in(program, tree, scratch):
    """{layer's folder: {(kind, value)}}"""
    case = scratch / "case"
    for command in (["new", case], ["add", case, tree], ["extract", case]):
        subprocess.run([program, *map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    table = subprocess.run([program, "export", str(case), "feature", "--format", "jsonl", "--unlogged"], check=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    out = collections.defaultdict(set)
    for line in table.splitlines():
        row = json.loads(line)
        out[(row["file"] or "").strip("/").split("/")[0]].add((row["kind"], row["value"]))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("layers", nargs="*", help="only these")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        tree = scratch / "tree"
        tree.mkdir()
        truth = make_all(asked.layers, asked.seed, tree, scratch)
        found = found_in(asked.program.resolve(), tree, scratch)
        for name, (place, plants) in truth.items():
            missed = collections.Counter(kind for kind, _, value in plants if (kind, value) not in found[place])
            words = ", ".join(f"{count} {kind}" for kind, count in sorted(missed.items()))
            print(f"{name:32} {len(plants) - missed.total():3} of {len(plants)}  {words}".rstrip())


if __name__ == "__main__":
    main()
