"""Small files in true formats, written by hand so that a sample case needs nothing but Python: documents, mail, contacts,
photos, keys, databases, and a Windows registry hive. Same arguments, same bytes.
"""
import base64
import binascii
import datetime
import gzip
import hashlib
import io
import os
import sqlite3
import struct
import tempfile
import zipfile
import zlib

EPOCH = 1709287200  # 2024-03-01 10:00 UTC, when the stories begin


def base58check(payload):
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = alphabet[digit] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def iban(account):
    check = 98 - int(account + "131400") % 97  # D=13, E=14, 00
    return f"DE{check:02d}{account}"


def ssh_public_key(rng):
    """A line as in id_ed25519.pub, and the key's fingerprint."""
    blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + rng.randbytes(32)
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return "ssh-ed25519 " + base64.b64encode(blob).decode(), "SHA256:" + digest


def docx(text, author, modified):
    def part(body):
        return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    parts = {
        "[Content_Types].xml": part(
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'),
        "_rels/.rels": part(
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>'),
        "docProps/core.xml": part(
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"<dc:creator>{author}</dc:creator><dcterms:modified>{modified}</dcterms:modified></cp:coreProperties>"),
        "word/document.xml": part(
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{paragraphs}</w:body></w:document>"),
    }
    return zip_of({name: body.encode() for name, body in parts.items()})


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 5, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pdf(lines):
    """One page in a font whose codes are Latin letters."""
    text = "BT /F1 11 Tf 60 780 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    return pdf_of([deflated(text), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"])


def glyph_pdf(lines):
    """One page in a font whose codes are numbers of glyphs, in the order in which they are met: as browsers, office
    suites and TeX write it. What a number means, the font's ToUnicode map says."""
    numbers, page = {}, "BT /F1 11 Tf 60 780 Td 14 TL "
    for line in lines:
        codes = "".join(f"{numbers.setdefault(sign, len(numbers) + 3):04X}" for sign in line)
        pieces = [codes[at:at + 28] for at in range(0, len(codes), 28)]
        page += "[" + " -7 ".join(f"<{piece}>" for piece in pieces) + "] TJ T* "
    names = "".join(f"<{number:04X}> <{sign.encode('utf-16-be').hex()}>\n" for sign, number in numbers.items())
    to_unicode = (f"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> "
                  f"endcodespacerange\n{len(numbers)} beginbfchar\n{names}endbfchar endcmap")
    return pdf_of([
        deflated(page + "ET"),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Any /Encoding /Identity-H /DescendantFonts [6 0 R] "
        b"/ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Any /DW 500 >>",
        deflated(to_unicode)])


def deflated(text):
    packed = zlib.compress(text.encode(), 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def pdf_of(objects):
    """A document of one page. The first object is what it shows, the second its font."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"] + objects
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def mail(sender, to, subject, message_id, body, day=4):
    return (f"Return-Path: <{sender}>\nDate: Mon, {day:02d} Mar 2024 09:12:44 +0100\nFrom: <{sender}>\nTo: <{to}>\n"
            f"Subject: {subject}\nMessage-ID: <{message_id}>\nMIME-Version: 1.0\n{body}\n")


def plain(text):
    return "Content-Type: text/plain; charset=utf-8\n\n" + text


def attached(name, content):
    encoded = base64.encodebytes(content).decode()
    return ('Content-Type: multipart/mixed; boundary="=_part"\n\n--=_part\nContent-Type: text/plain\n\nAs agreed.\n'
            f'--=_part\nContent-Type: text/plain; name="{name}"\nContent-Transfer-Encoding: base64\n'
            f'Content-Disposition: attachment; filename="{name}"\n\n{encoded}\n--=_part--\n')


def mbox(*mails):
    return "".join(f"From MAILER Mon Mar  4 09:12:44 2024\n{m}\n" for m in mails).encode()


def gzipped(content):
    return gzip.compress(content, 6, mtime=EPOCH)


def date_of(minute):
    """The time so many minutes after the story begins, as mail headers write it."""
    moment = datetime.datetime.fromtimestamp(EPOCH + 60 * minute, datetime.timezone.utc)
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


def letter(sender, to, subject, message_id, body, minute=0, more=""):
    """One message as it lies in an .eml file; without Message-ID when that is empty."""
    identity = f"Message-ID: <{message_id}>\n" if message_id else ""
    return (f"Date: {date_of(minute)}\nFrom: {sender}\nTo: {to}\nSubject: {subject}\n{identity}{more}MIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{body}\n").encode()


def mailbox(letters):
    out = []
    for one in letters:
        lines = one.replace(b"\nFrom ", b"\n>From ")
        out.append(b"From MAILER-DAEMON Fri Mar  1 10:00:00 2024\n" + lines + b"\n")
    return b"".join(out)


def office_document(paragraphs, author, guid="", created="2024-03-02T08:00:00Z", media=None, template=""):
    """A docx; guid is the document's own id, which Word keeps when a file is saved under another name."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in paragraphs)
    parts = {
        "[Content_Types].xml":
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels":
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/'
            'package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml":
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"<dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
            f"<dcterms:created>{created}</dcterms:created></cp:coreProperties>",
        "docProps/app.xml":
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            f"<Template>{template or 'Normal.dotm'}</Template></Properties>",
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{text}</w:body></w:document>',
    }
    if guid:
        parts["word/settings.xml"] = (
            f'<w:settings xmlns:w="{word}" xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml">'
            f'<w15:docId w15:val="{{{guid.upper()}}}"/></w:settings>')
    files = {name: (head + body).encode() for name, body in parts.items()}
    for name, content in (media or {}).items():
        files["word/media/" + name] = content
    return zip_of(files)


def open_document(paragraphs, author):
    """An odt."""
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    text = "".join(f"<text:p>{line}</text:p>" for line in paragraphs)
    return zip_of({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {office} xmlns:text="urn:oasis:names:'
                        f'tc:opendocument:xmlns:text:1.0"><office:body><office:text>{text}</office:text></office:body>'
                        '</office:document-content>').encode(),
        "meta.xml": (f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {office} xmlns:meta="urn:oasis:names:tc:'
                     'opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
                     f"<meta:initial-creator>{author}</meta:initial-creator><dc:creator>{author}</dc:creator></office:meta>"
                     "</office:document-meta>").encode()})


def vcard(name, email="", phone=""):
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"N:{name.split()[-1]};{name.split()[0]};;;"]
    lines += [f"EMAIL;TYPE=INTERNET:{email}"] if email else []
    lines += [f"TEL;TYPE=CELL:{phone}"] if phone else []
    return "\r\n".join(lines + ["END:VCARD", ""])


def calendar_event(uid, title, minute=0):
    moment = datetime.datetime.fromtimestamp(EPOCH + 60 * minute, datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//invented//calendar//EN\r\nBEGIN:VEVENT\r\n"
            f"UID:{uid}\r\nDTSTAMP:{moment}\r\nDTSTART:{moment}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").encode()


def sqlite(statements):
    """A database after (sql, rows) pairs; rows may be None."""
    path = tempfile.mktemp(prefix="weft-", suffix=".sqlite")
    try:
        connection = sqlite3.connect(path)
        for sql, rows in statements:
            connection.executemany(sql, rows) if rows is not None else connection.execute(sql)
        connection.commit()
        connection.close()
        with open(path, "rb") as file:
            return file.read()
    finally:
        if os.path.exists(path):
            os.unlink(path)


def address_book(rows):
    """rows: (name, email, phone)"""
    return sqlite([("CREATE TABLE contacts(id INTEGER PRIMARY KEY, display_name TEXT, email TEXT, phone TEXT)", None),
                   ("INSERT INTO contacts(display_name, email, phone) VALUES(?, ?, ?)", rows)])


def history(rows):
    """Visits as Firefox's places.sqlite holds them; rows: (url, title)"""
    return sqlite([("CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER, "
                    "last_visit_date INTEGER)", None),
                   ("INSERT INTO moz_places(url, title, visit_count, last_visit_date) VALUES(?, ?, 1, 1709287200000000)", rows)])


def exif_jpeg(make, model, serial, noise):
    """A grey picture of eight pixels a side with an Exif block; noise makes it one of its kind."""
    def entry(tag, kind, count, value):
        return struct.pack("<HHI4s", tag, kind, count, value)
    texts, at = b"", 8 + 2 + 3 * 12 + 4 + 2 + 2 * 12 + 4
    def text(value):
        nonlocal texts
        data = value.encode() + b"\0"
        where = at + len(texts)
        texts += data + b"\0" * (len(data) % 2)
        return len(data), (data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", where))
    sub = 8 + 2 + 3 * 12 + 4
    first = struct.pack("<H", 3) + entry(0x010F, 2, *text(make)) + entry(0x0110, 2, *text(model)) + entry(
        0x8769, 4, 1, struct.pack("<I", sub)) + b"\0\0\0\0"
    second = struct.pack("<H", 2) + entry(0x9003, 2, *text("2024:03:05 12:00:00")) + entry(
        0xA431, 2, *text(serial)) + b"\0\0\0\0"
    exif = b"Exif\0\0II*\0\x08\0\0\0" + first + second + texts

    def segment(marker, body):
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    quality = segment(0xDB, b"\0" + bytes([16] * 64))
    frame = segment(0xC0, struct.pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0))
    codes = segment(0xC4, b"\0" + bytes([0, 1] + [0] * 14) + b"\0") + segment(0xC4, b"\x10" + bytes([0, 1] + [0] * 14) + b"\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x3f"
    comments = b"".join(segment(0xFE, noise[i:i + 60000]) for i in range(0, len(noise), 60000))
    return b"\xff\xd8" + segment(0xE1, exif) + comments + quality + frame + codes + scan + b"\xff\xd9"


def certificate(names, rng):
    """Not a valid certificate, but framed like one: text in DER, in PEM's base64."""
    body = rng.randbytes(300) + b"".join(b"\x16" + bytes([len(n)]) + n.encode() for n in names) + rng.randbytes(400)
    encoded = base64.encodebytes(b"\x30\x82" + struct.pack(">H", len(body)) + body).decode()
    return f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n".encode()


def png(rng, side=64):
    """Random pixels: a picture that nothing else equals."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", binascii.crc32(kind + body))
    rows = b"".join(b"\0" + rng.randbytes(side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# Registry hives. The format, as far as it is written here: a 4096-byte base block "regf" (version 1.5, offset of the root
# cell at 36, size of the bins at 40, exclusive-or of the 127 words before it at 508), then bins "hbin" of cells. A cell is
# a size, negative when in use, and a record: nk a key, vk a value, lf the list of a key's subkeys by the first four
# letters, sk the security all keys share. Offsets count from the end of the base block. Source: M. Suhanov, "Windows
# registry file format specification".

REG_SZ, REG_BINARY, REG_DWORD = 1, 3, 4


class Hive:
    """tree: {name: subtree}; values of a key stand under the key "" as {name: (type, bytes)}."""

    def __init__(self, root_name="CMI-CreateHive{2A7FB991-7BBE-4F9D-B91E-7CB51D4737F5}"):
        self.root_name, self.tree = root_name, {}
        self.time = (EPOCH + 11644473600) * 10_000_000

    def key(self, path):
        node = self.tree
        for name in path.split("\\"):
            node = node.setdefault(name, {})
        return node

    def set(self, path, name, value, kind=REG_SZ):
        if kind == REG_SZ:
            value = value.encode("utf-16-le") + b"\0\0"
        elif kind == REG_DWORD:
            value = struct.pack("<I", value)
        self.key(path).setdefault("", {})[name] = (kind, value)

    def bytes(self):
        self.cells, self.at = [], 32
        descriptor = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
        self.security = self.cell(b"sk\0\0" + struct.pack("<IIII", 32, 32, 1, len(descriptor)) + descriptor)
        root = self.write_key(self.root_name, self.tree, 0, root=True)
        body = b"".join(self.cells)
        size = (32 + len(body) + 4 + 4095) // 4096 * 4096
        rest = size - 32 - len(body)
        body += struct.pack("<i", rest) + b"\0" * (rest - 4)
        bins = struct.pack("<4sIIIIQI", b"hbin", 0, size, 0, 0, self.time, 0) + body
        base = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, self.time, 1, 5, 0, 1, root, size, 1)
        base = base.ljust(508, b"\0")
        total = 0
        for (word,) in struct.iter_unpack("<I", base):
            total ^= word
        return (base + struct.pack("<I", total)).ljust(4096, b"\0") + bins

    def cell(self, record):
        size = (len(record) + 4 + 7) // 8 * 8
        self.cells.append(struct.pack("<i", -size) + record.ljust(size - 4, b"\0"))
        at, self.at = self.at, self.at + size
        return at

    def write_key(self, name, node, parent, root=False):
        subkeys = {n: child for n, child in sorted(node.items(), key=lambda p: p[0].upper()) if n}
        # The key's own place is known once its record is: children need it, so it is written first with gaps.
        index, at = len(self.cells), self.cell(b"\0" * (76 + len(name)))
        children = [(self.write_key(n, child, at), n) for n, child in subkeys.items()]
        none = 0xFFFFFFFF
        listed = self.cell(b"lf" + struct.pack("<H", len(children)) + b"".join(
            struct.pack("<I4s", place, n[:4].encode()) for place, n in children)) if children else none
        values = [self.write_value(n, *v) for n, v in node.get("", {}).items()]
        value_list = self.cell(b"".join(struct.pack("<I", v) for v in values)) if values else none
        record = b"nk" + struct.pack("<HQIIIIIIIIIIIIIIIHH", 0x2C if root else 0x20, self.time, 0, parent, len(children), 0,
                                     listed, none, len(values), value_list, self.security, none,
                                     max([2 * len(n) for _, n in children], default=0), 0,
                                     max([2 * len(n) for n in node.get("", {})], default=0),
                                     max([len(v[1]) for v in node.get("", {}).values()], default=0), 0, len(name), 0)
        record += name.encode()
        size = len(self.cells[index])
        self.cells[index] = struct.pack("<i", -size) + record.ljust(size - 4, b"\0")
        return at

    def write_value(self, name, kind, data):
        if len(data) <= 4:
            size, where = len(data) | 0x80000000, int.from_bytes(data.ljust(4, b"\0"), "little")
        else:
            size, where = len(data), self.cell(data)
        return self.cell(b"vk" + struct.pack("<HIIIHH", len(name), size, where, kind, 1, 0) + name.encode())
