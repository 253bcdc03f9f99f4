"""One exhibit as it is put together: files, and the places where things are held that the truth must know about. A value is
held in one of the forms below; after the image is made, each place is found on it again, byte for byte.
"""
import hashlib

from making import formats, texts
from making.disks import MIB

LAYERS = ("plain", "deleted", "slack", "compressed", "nested", "fragmented", "document", "structured")


class Place:
    """`needle` is what stands in the file; a place with a `member` lies in that member of a zip file."""

    def __init__(self, kind, value, reason, layer, file, needle, member="", inside=False):
        self.kind, self.value, self.reason, self.layer = kind, value, reason, layer
        self.file, self.needle, self.member, self.inside = file, needle, member, inside
        self.offset = self.start = self.end = None


class Exhibit:
    def __init__(self, label, owner, profile, file_system, amount, rng, prose):
        self.label, self.owner, self.profile, self.file_system = label, owner, profile, file_system
        self.amount, self.rng, self.source_of_prose = amount, rng, prose
        self.files, self.deleted, self.fragmented, self.slack = {}, set(), set(), []
        self.letters, self.contacts, self.visits, self.hosts, self.log = [], [], [], [], []
        self.system, self.software = (formats.Hive(), formats.Hive()) if profile == "windows" else (None, None)
        self.places, self.noise = [], set()
        self.number = 0
        # ext4 keeps copies of its superblock 8192 or 16384 blocks apart: with 2048 bytes they stay out of files' way.
        self.block = {"ext4": 2048, "fat": 1024, "ntfs": 512}[file_system]
        user = owner.login
        self.home = {"debian": f"home/{user}/", "windows": f"Users/{user}/", "phone": "data/", "stick": ""}[profile]
        self.mailbox = self.home + {"debian": ".thunderbird/x1.default/Mail/Local Folders/Inbox",
                                    "windows": "AppData/Roaming/Thunderbird/Profiles/x1.default/Mail/Inbox",
                                    "phone": "mail/Inbox", "stick": "mail.mbox"}[profile]
        self.book = self.home + {"phone": "contacts2.db"}.get(profile, "addressbook.sqlite")
        self.history = self.home + {"debian": ".mozilla/firefox/x1.default/places.sqlite"}.get(profile, "places.sqlite")
        self.hive = "Windows/System32/config/SYSTEM"

    # ------------------------------------------------------------------------------------------------- plain contents

    def name(self, folder, ending):
        self.number += 1
        return f"{self.home}{folder}/{self.rng.choice(['note', 'list', 'draft', 'copy', 'plan', 'item'])}{self.number}{ending}"

    def prose(self, size):
        return self.source_of_prose.text(self.rng, size)

    def put(self, name, content, noise=False):
        content = content.encode() if isinstance(content, str) else content
        self.files[name] = content
        if noise:
            self.noise.add(hashlib.sha256(content).hexdigest())
        return name

    def held(self, *arguments, **more):
        self.places.append(Place(*arguments, **more))

    # ------------------------------------------------------------------------------------- holding something, in a form

    def can_hold(self, kind, layer):
        if layer in ("deleted", "fragmented") and self.file_system == "ntfs":
            return False  # its tool neither deletes nor scatters
        if kind == "usb_serial":
            return layer == "structured" and self.profile == "windows"
        if kind == "file_sha256":
            return layer in ("plain", "deleted", "fragmented")
        if kind == "document_guid":
            return layer in ("document", "nested")
        if kind == "document_text":
            return layer in ("plain", "deleted", "document")
        if kind == "camera_serial":
            return layer in ("plain", "deleted", "nested")
        if layer == "structured":
            return kind in ("email", "phone", "url")
        if layer == "document":
            return kind in ("email", "phone", "iban", "bitcoin", "url")
        if layer == "slack":
            return kind != "ssh_key" and kind != "calendar_uid"
        return True

    def hold(self, kind, value, written, reason, layer, shared=None):
        """shared: the content that both sides have (a message, a file, an event), where the kind has one."""
        if layer == "structured":
            return self.hold_in_rows(kind, value, written, reason)
        if kind == "message_id" and layer == "plain" and self.rng.random() < 0.5:
            self.letters.append(shared)
            return self.held(kind, value, reason, "plain", self.mailbox, written.encode())
        if layer == "slack":
            host = self.put(self.name("texts", ".txt"), f"{self.rng.getrandbits(64):016x}\n{self.prose(4096 + 40 + self.rng.randint(1, 50))}")
            left = {"email": " write to <%s> ", "message_id": "\nMessage-ID: <%s>\n", "bssid": "\nbssid=%s\n"}.get(kind, " %s ") % written
            self.slack.append((host, left.encode()))
            return self.held(kind, value, reason, layer, host, written.encode())
        if kind == "document_text":
            return self.hold_text(value, reason, layer, shared)
        folder, ending, content, member = self.container(kind, written, layer, shared)
        needle = (written.split()[1] if kind == "ssh_key" else written).encode()
        if layer == "fragmented" and kind not in ("file_sha256",):
            content = self.straddle(content, needle, ending)
        inside = bool(member)
        if layer == "compressed":
            ending, content, inside = ending + ".gz", formats.gzipped(content), True
        elif layer == "nested":
            inner = formats.zip_of({"papers" + ending: content})
            ending, member, inside = ".zip", "older.zip", True
            content = formats.zip_of({"readme.txt": self.prose(300).encode(), member: inner})
        name = self.put(self.name(folder, ending), content)
        if layer == "deleted":
            self.deleted.add(name)
        if layer == "fragmented":
            self.fragmented.add(name)
        self.held(kind, value, reason, layer, name, b"" if kind == "file_sha256" else needle, member, inside)

    def container(self, kind, written, layer, shared):
        """(folder, ending, content, member when it is a zip file)"""
        choice = self.rng.random()
        if kind == "file_sha256":
            return "Documents", self.rng.choice([".txt", ".dat"]), shared, ""
        if kind == "message_id":
            return "letters", ".eml", shared, ""
        if kind == "calendar_uid":
            return "calendar", ".ics", shared, ""
        if kind == "camera_serial":
            return "Pictures", ".jpg", formats.exif_jpeg("Kestrel", "K77", written, self.rng.randbytes(3000)), ""
        if kind == "document_guid":
            text = [self.prose(200).replace("\n", " ") for _ in range(6)]
            return "Documents", ".docx", formats.office_document(text, self.owner.name, guid=written), "word/settings.xml"
        if kind == "ssh_key":
            comment = f"{self.owner.login}@{self.rng.choice(['desk', 'lap', 'srv'])}"
            return ".ssh", self.rng.choice([".pub", ".keys"]), f"{written} {comment}\n".encode(), ""
        if kind == "bssid":
            text = (f"[connection]\nid=net{self.number}\ntype=wifi\n[wifi]\nmode=infrastructure\nssid=net{self.number}-"
                    f"{self.rng.randint(1000, 9999)}\nbssid={written}\nseen-bssids={written};\n")
            return "networks", ".nmconnection", text.encode(), ""
        if layer == "document":
            text = [self.prose(160).replace("\n", " ") for _ in range(3)] + ["Reach it by " + written + " only"]
            if choice < 0.4:
                return "Documents", ".docx", formats.office_document(text, self.owner.name), "word/document.xml"
            if choice < 0.7:
                return "Documents", ".odt", formats.open_document(text, self.owner.name), "content.xml"
            return "Documents", ".pdf", formats.pdf([line[:80] for line in text[:-1]] + text[-1:]), "stream"
        if kind in ("email", "phone") and choice < 0.3:
            card = formats.vcard("Friend Of Mine", *((written, "") if kind == "email" else ("", written)))
            return "contacts", ".vcf", card.encode(), ""
        if kind == "email" and choice < 0.6:
            text = formats.letter(written, self.owner.primary, "about it", invented_id(self.rng), self.prose(400), self.rng.randint(0, 40000))
            self.held("email", self.owner.primary, "self", "plain" if layer == "plain" else layer, None, b"")
            return "letters", ".eml", text, ""
        if kind == "url" and choice < 0.5:
            return "saved", ".html", f'<html><body><p>{self.prose(300)}</p><a href="{written}">here</a></body></html>'.encode(), ""
        text = f"{self.prose(self.rng.randint(200, 1500))}\nKeep this: {written} and tell nobody.\n{self.prose(300)}\n"
        return "notes", ".txt", text.encode(), ""

    def hold_text(self, value, reason, layer, paragraphs):
        """A version of a document; value only says which document it is."""
        ending = self.rng.choice(texts.DOCUMENTS if layer == "document" or self.rng.random() < 0.3 else texts.TEXTS)
        content, member, beginning = texts.written(self.rng, paragraphs, self.owner.name, ending)
        name = self.put(self.name("Documents", ending), content)
        if layer == "deleted":
            self.deleted.add(name)
        elif member:
            layer = "document"
        self.held("document_text", value, reason, layer, name, beginning, member, bool(member))

    def hold_in_rows(self, kind, value, written, reason):
        if kind == "usb_serial":
            self.plug_in(written, reason, value)
        elif kind == "url":
            self.visits.append((written, "shared folder"))
            self.held(kind, value, reason, "structured", self.history, written.encode())
        else:
            self.contacts.append(("Somebody", *((written, "") if kind == "email" else ("", written))))
            self.held(kind, value, reason, "structured", self.book, written.encode())

    def straddle(self, content, needle, ending):
        """The content with so much before it that the needle lies across the end of a block."""
        half = max(1, len(needle) // 2)
        at = content.index(needle)
        want = (-(at + half)) % self.block + self.block
        if ending == ".eml":
            frame = formats.mailbox([formats.letter("a", "b", "older", "", "")]) + b"From MAILER-DAEMON Fri Mar  1 10:00:00 2024\n"
            fill = (want - len(frame)) % self.block + self.block
            before = formats.mailbox([formats.letter("a", "b", "older", "", self.prose(fill))]) + b"From MAILER-DAEMON Fri Mar  1 10:00:00 2024\n"
        else:
            before = (self.prose(want - 1) + "\n").encode()
        out = before + content + b"\n" + self.prose(2 * self.block).encode()
        at = out.index(needle)
        if at // self.block == (at + len(needle) - 1) // self.block:
            raise SystemExit("a fragment's seam missed its needle")
        return out

    def plug_in(self, serial, reason=None, value=None, volume=None):
        """A USB stick was seen by this Windows: USBSTOR and MountedDevices."""
        disk = "Disk&Ven_Fabrik&Prod_Stick_3&Rev_1.00"
        self.system.set(f"ControlSet001\\Enum\\USBSTOR\\{disk}\\{serial}&0", "FriendlyName", "Fabrik Stick 3 USB Device")
        self.system.set(f"ControlSet001\\Enum\\USB\\VID_1FC9&PID_0102\\{serial}", "Service", "USBSTOR")
        text = f"_??_USBSTOR#{disk}#{serial}&0#{{53f56307-b6bf-11d0-94f2-00a0c91efb8b}}"
        letter = "EFGHIJKLMNOP"[self.rng.randrange(12)]
        self.system.set("MountedDevices", f"\\DosDevices\\{letter}:", text.encode("utf-16-le"), formats.REG_BINARY)
        if reason:
            self.held("usb_serial", value, reason, "structured", self.hive, serial.encode())

    # -------------------------------------------------------------------------------------------------- to the image

    def finish(self):
        """Puts together what collected row by row."""
        if self.letters:
            self.rng.shuffle(self.letters)
            self.put(self.mailbox, formats.mailbox(self.letters))
        if self.contacts:
            self.rng.shuffle(self.contacts)
            self.put(self.book, formats.address_book(self.contacts))
        if self.visits:
            self.rng.shuffle(self.visits)
            self.put(self.history, formats.history(self.visits))
        if self.hosts:
            self.put(self.home + ".ssh/known_hosts", "\n".join(self.hosts) + "\n")
        if self.log:
            self.put("var/log/mail.log" if self.profile == "debian" else self.home + "log.txt", "\n".join(self.log) + "\n")
        if self.system:
            self.put(self.hive, self.system.bytes())
            self.put("Windows/System32/config/SOFTWARE", self.software.bytes())
        if self.file_system == "ntfs":
            flat = lambda name: name.replace("/", "-")
            self.files = {flat(name): content for name, content in self.files.items()}
            self.slack = [(flat(name), extra) for name, extra in self.slack]
            for place in self.places:
                place.file = flat(place.file) if place.file else None

    def make(self, builder, path):
        self.finish()
        content = sum(len(c) // self.block + 2 for c in self.files.values()) * self.block
        size = max(4, (content * 5 // 4) // MIB + 4)
        deleted = [n for n in self.files if n in self.deleted]
        if self.file_system == "ext4":
            image = builder.ext4(self.label, size * MIB, self.files, deleted, self.fragmented, self.block)
        elif self.file_system == "fat":
            image = builder.fat(self.label, max(size, 6) * MIB, self.files, deleted, 16, (), self.fragmented, self.block)
        else:
            image = builder.ntfs(self.label, size * MIB, self.files)
        data = bytearray(image.read_bytes())
        self.find_places(data)
        image.unlink()
        write_sparse(path, data)
        self.size = len(data)

    def find_places(self, data):
        """Where on the image each place is; writes what lies in slack."""
        where = {}
        for host, extra in self.slack:
            start = self.locate(data, host, where)
            end = start + len(self.files[host])
            room = -len(self.files[host]) % self.block
            if len(extra) > room or any(data[end:end + len(extra)]):
                raise SystemExit(f"{self.label}: no slack behind {host}")
            data[end:end + len(extra)] = extra
        for place in [p for p in self.places if p.file]:
            content = self.files[place.file]
            if place.layer == "fragmented":
                at = content.index(place.needle)
                block = content[at // self.block * self.block:(at // self.block + 1) * self.block]
                place.offset = data.index(block) + at % self.block
                place.start, place.end = None, None
                continue
            start = self.locate(data, place.file, where)
            if start is None:  # inside an MFT record, which has check bytes in its middle
                continue
            place.start, place.end = start, start + len(content)
            if place.layer == "slack":
                place.offset = data.index(place.needle, place.end, place.end + self.block)
            elif place.member == "stream":
                place.offset = start + content.index(b"stream\n")
            elif place.member:
                place.offset = start + content.index(place.member.encode()) - 30  # its local header
            elif place.inside:
                place.offset = start
            else:
                place.offset = start + content.index(place.needle)
                if data[place.offset:place.offset + len(place.needle)] != place.needle:
                    raise SystemExit(f"{self.label}: {place.file} lies in pieces")

    def locate(self, data, name, where):
        if name not in where:
            content = self.files[name]
            at = data.find(content)
            if at < 0 and self.file_system == "ntfs" and len(content) < 1024:
                at = None
            elif at < 0:
                raise SystemExit(f"{self.label}: {name} ({len(content)} bytes) is not in one piece on the image")
            where[name] = at
        return where[name]


def invented_id(rng):
    return f"{rng.getrandbits(80):020x}@{''.join(rng.choices('bcdfghklmnprst', k=9))}-mail.net"


def write_sparse(path, data):
    empty = bytes(65536)
    with open(path, "wb") as out:
        for at in range(0, len(data), 65536):
            piece = data[at:at + 65536]
            if piece == empty[:len(piece)]:
                out.seek(len(piece), 1)
            else:
                out.write(piece)
        out.truncate(len(data))
