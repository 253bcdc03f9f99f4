"""The people of a case, what they own, whom they deal with. Everything that ties two exhibits together is *held*: the truth is
not written beside the case but counted from what was held where.
"""
import hashlib
import math
import random

from making import formats, texts
from making.exhibits import Exhibit
from making.people import Names, Person
from making.public import Public

KINDS = ["email"] * 6 + ["phone"] * 3 + ["message_id"] * 4 + ["file_sha256"] * 3 + ["document_text"] * 3 + (
    "usb_serial bssid camera_serial ssh_key iban bitcoin url url document_guid calendar_uid").split()
HIDDEN = "deleted slack compressed nested fragmented document structured".split()
STRENGTHS = (1, 2, 3, 5, 10, 30)


class World:
    def __init__(self, seed, count, links=None):
        self.seed, self.count = seed, count
        self.rng = random.Random(f"{seed}:world")
        self.names = Names(random.Random(f"{seed}:names"))
        self.public = Public(self.names, seed)
        self.exhibits, self.owners, self.groups, self.lot = [], [], [], []
        self.reasons = {}   # reason -> (kind of link, strength meant)
        self.decoys = {}    # class -> {"pairs": set, "values": set}
        self.noise_values = set()
        self.clone_of = {}
        self.people()
        for exhibit in self.exhibits:
            self.furnish(exhibit)
        self.tie_owners()
        self.exchange_messages()
        self.travel()
        self.plant(links if links is not None else round(0.6 * count))

    # --------------------------------------------------------------------------------------- who there is, who has what

    def people(self):
        lot = 8 if self.count >= 40 else 4 if self.count >= 12 else 3
        clones = 1 if self.count >= 12 else 0
        while len(self.exhibits) < self.count - clones:
            owner = Person(self.names)
            self.owners.append(owner)
            in_lot = len(self.lot) < lot
            many = 1 if in_lot else self.rng.choices([1, 2, 3, 4], [55, 25, 12, 8])[0]
            for number in range(min(many, self.count - clones - len(self.exhibits))):
                profile = self.rng.choice(["debian", "windows"]) if number == 0 else self.rng.choice(
                    ["debian", "windows", "stick", "stick", "phone"])
                profile = "windows" if in_lot else profile
                self.add(owner, profile)
                if in_lot:
                    self.lot.append(self.exhibits[-1])
        owners = [o for o in self.owners if not any(e in self.lot for e in o.exhibits)]
        while owners:
            size = self.rng.choice([3, 4, 5, 6])
            self.groups.append(owners[:size])
            owners = owners[size:]
        # Two exhibits are much larger than the others.
        for exhibit in self.rng.sample([e for e in self.exhibits if e not in self.lot], 2):
            exhibit.amount *= 3

    def add(self, owner, profile):
        system = {"debian": "ext4", "phone": "ext4", "stick": "fat", "windows": "fat"}[profile]
        if profile == "windows" and self.rng.random() < 0.25:
            system = "ntfs"
        amount = min(6.0, max(0.12, math.exp(self.rng.gauss(-0.3, 0.85))))
        if system == "ntfs":
            amount = min(amount, 0.8)
        label = f"EX{len(self.exhibits) + 1:03d}"
        exhibit = Exhibit(label, owner, profile, system, amount, random.Random(f"{self.seed}:{label}"), self.public.prose)
        owner.exhibits.append(exhibit)
        self.exhibits.append(exhibit)
        return exhibit

    # ----------------------------------------------------------------------------------------------- everyday contents

    def furnish(self, exhibit):
        self.install(exhibit)
        self.live(exhibit)
        self.wander(exhibit)

    def install(self, exhibit):
        """The operating system and its packages."""
        if exhibit.profile not in ("debian", "windows"):
            return
        for name, content in getattr(self.public, exhibit.profile).items():
            if exhibit.file_system != "ntfs" or len(exhibit.files) < 8:
                exhibit.put(name, content, noise=True)
        rng = exhibit.rng
        if exhibit.profile == "debian":
            folders = list(self.public.packages)
            for index in {self.public.package_law.draw(rng) for _ in range(int(14 * min(exhibit.amount, 2)) + 4)}:
                for name, content in self.public.packages[folders[index]].items():
                    exhibit.put(f"{folders[index]}/{name}", content, noise=True)
            exhibit.put("etc/hostname", f"{exhibit.owner.login}-{self.names.word(2)}\n")
            exhibit.put("etc/machine-id", f"{rng.getrandbits(128):032x}\n")
            exhibit.put("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
                        f"{exhibit.owner.login}:x:1000:1000:{exhibit.owner.name},,,:/home/{exhibit.owner.login}:/bin/bash\n")
        else:
            exhibit.system.set("Select", "Current", 1, formats.REG_DWORD)
            exhibit.system.set("ControlSet001\\Control\\ComputerName\\ComputerName", "ComputerName",
                               f"DESKTOP-{''.join(rng.choices('ABCDEFGHKLMNPQRSTUVWXYZ23456789', k=7))}")
            exhibit.software.set("Microsoft\\Windows NT\\CurrentVersion", "ProductName", "Windows 10 Pro")
            exhibit.software.set("Microsoft\\Windows NT\\CurrentVersion", "RegisteredOwner", exhibit.owner.name)
            exhibit.software.set("Microsoft\\Cryptography", "MachineGuid", self.names.private("document_guid")[0])
            network = f"net-{self.names.word(2)}"
            exhibit.software.set(f"Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Signatures\\Unmanaged\\{rng.getrandbits(64):032X}",
                                 "FirstNetwork", network)
            exhibit.software.set(f"Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Signatures\\Unmanaged\\{rng.getrandbits(64):032X}",
                                 "DefaultGatewayMac", b"\xd4" + rng.randbytes(5), formats.REG_BINARY)
            for _ in range(rng.randint(0, 3)):
                exhibit.plug_in(self.names.private("usb_serial")[0])

    def live(self, exhibit):
        """Mail, contacts, documents, pictures of the owner; all of it on this exhibit alone so far."""
        owner, rng, amount = exhibit.owner, exhibit.rng, exhibit.amount
        names = self.names
        small = exhibit.file_system == "ntfs" or exhibit.profile == "stick"
        contacts = [(n, names.email(n)) for n in (names.person() for _ in range(int(30 * amount) + 3))]
        for person, address in contacts:
            if rng.random() < 0.5:
                exhibit.contacts.append((person, address, ""))
        if exhibit.profile != "stick":
            for _ in range(int(40 * amount) + 5):
                person, address = rng.choice(contacts)
                there, back = (f"{person} <{address}>", f"{owner.name} <{owner.primary}>")
                if rng.random() < 0.45:
                    there, back = back, there
                exhibit.letters.append(formats.letter(there, back, exhibit.prose(25).strip().replace("\n", " "), names.message_id(),
                                                      exhibit.prose(rng.randint(100, 3000)), rng.randint(0, 40000)))
            exhibit.held("email", owner.primary, "self", "plain", None, b"")
        for _ in range(2 if small else int(6 * amount) + 2):
            text = [exhibit.prose(rng.randint(100, 400)).replace("\n", " ") for _ in range(rng.randint(3, 20))]
            text.append(f"Ask {rng.choice(contacts)[1]} or {owner.primary if rng.random() < 0.5 else rng.choice(contacts)[1]}")
            ending, content = rng.choice([(".docx", formats.office_document(text, owner.name, names.private("document_guid")[0])),
                                          (".odt", formats.open_document(text, owner.name)),
                                          (".txt", "\n".join(text).encode()), (".pdf", formats.pdf([t[:90] for t in text]))])
            exhibit.put(exhibit.name("Documents", ending), content)
        exhibit.held("email", owner.primary, "self", "plain", None, b"")
        exhibit.put(exhibit.name("Documents", ".txt"), f"{owner.name}\n{owner.primary}\n\n{exhibit.prose(600)}")
        for _ in range(rng.randint(1, 2) if small else int(3 * amount) + 1):
            make, model, serial = owner.camera
            exhibit.put(exhibit.name("Pictures", ".jpg"), formats.exif_jpeg(make, model, serial, rng.randbytes(rng.randint(4000, 30000))))
        exhibit.held("camera_serial", owner.camera[2], "camera", "plain", None, b"")
        if exhibit.profile == "debian":
            exhibit.put(exhibit.home + ".gitconfig", f"[user]\n\tname = {owner.name}\n\temail = {owner.primary}\n")
            exhibit.put(exhibit.home + ".ssh/id_ed25519.pub", f"{owner.key[1]} {owner.primary}\n")
            exhibit.held("ssh_key", owner.key[0], "key", "plain", None, b"")
            for _ in range(int(4 * amount)):
                line, _ = formats.ssh_public_key(rng)
                exhibit.hosts.append(f"{names.word(2)}.{rng.choice(names.domains)} {line}")
            exhibit.log += [f"Mar {1 + n % 28:2d} 10:{n % 60:02d}:11 host postfix[{rng.randint(100, 9999)}]: to=<{rng.choice(contacts)[1]}>, "
                            f"status=sent" for n in range(int(20 * amount))]

    def wander(self, exhibit):
        """Meetings with what is public, the more the larger the exhibit is."""
        rng, public, amount = exhibit.rng, self.public, exhibit.amount
        addresses = [public.addresses[public.law.draw(rng)] for _ in range(int(60 * amount) + 8)]
        for start in range(0, len(addresses), 6):
            text = "\n".join(f"{exhibit.prose(120).strip()} {a}" for a in addresses[start:start + 6])
            exhibit.put(exhibit.name("cache", ".html"), f"<html><body>{text}</body></html>")
        for _ in range(int(60 * amount) + 8 if exhibit.profile != "stick" else 0):
            exhibit.visits.append((public.urls[public.law.draw(rng)], "search"))
        if exhibit.profile == "stick":
            return
        for newsletter in public.newsletters:
            if rng.random() < newsletter["share"]:
                newsletter["readers"].append(exhibit)
                for issue in range(rng.randint(1, 2)):
                    exhibit.letters.append(public.mass_letter(newsletter, exhibit.owner.primary, rng, rng.randint(0, 40000), "own"))
        for vendor in rng.sample(public.vendors, rng.randint(0, 3)):
            vendor["customers"].append(exhibit)
            exhibit.letters.append(public.vendor_letter(vendor, exhibit.owner.primary, rng, rng.randint(0, 40000)))

    def wander_documents(self, exhibit):
        """Public documents as an unrelated exhibit has them; for reference images (decoys place them in the case)."""
        for document in self.public.documents:
            if exhibit.rng.random() < document["share"]:
                exhibit.put(exhibit.home + "Downloads/" + document["name"], document["content"], noise=True)
        for page in self.public.news:
            if exhibit.rng.random() < 0.05:
                exhibit.put(exhibit.name("cache", ".html"), page, noise=True)
        for letters in self.public.lists:
            if exhibit.profile != "stick" and exhibit.rng.random() < 0.06:
                exhibit.letters += exhibit.rng.sample(letters, 25)

    # ------------------------------------------------------------------------------------------------------- true links

    def reason(self, kind, strength=0):
        name = f"r{len(self.reasons) + 1}"
        self.reasons[name] = (kind, strength)
        return name

    def layer(self, exhibit, kind, hidden):
        possible = [l for l in HIDDEN if exhibit.can_hold(kind, l)]
        if hidden and possible:
            return exhibit.rng.choice(possible)
        return "plain" if exhibit.can_hold(kind, "plain") else possible[0] if possible else None

    def share(self, a, b, kind, link, strength=0, hidden=True):
        """One private thing on two exhibits, for a reason of its own; on one of them perhaps hidden."""
        a, b = self.rng.sample([a, b], 2)
        layers = self.layer(a, kind, False), self.layer(b, kind, hidden and self.rng.random() < 0.75)
        if None in layers:
            return False
        value, written = self.names.private(kind) if kind not in ("file_sha256", "document_text") else ("", "")
        shared = None
        if kind == "message_id":
            shared = formats.letter(self.names.email(), self.names.email(), "between us", written, a.prose(self.rng.randint(200, 900)),
                                    self.rng.randint(0, 40000))
        elif kind == "file_sha256":
            shared = f"{self.rng.getrandbits(64):016x}\n{a.prose(self.rng.randint(5000, 14000))}".encode()
            value = written = hashlib.sha256(shared).hexdigest()
        elif kind == "document_text":  # on one the first version, on the other a later one, in whatever format
            value, first = f"text {self.rng.getrandbits(64):016x}", texts.document(self.rng, self.public.prose)
            shared = first, texts.edited(self.rng, self.public.prose, first)
        elif kind == "calendar_uid":
            shared = formats.calendar_event(written, "meeting", self.rng.randint(0, 40000))
        reason = self.reason(link, strength)
        for number, (exhibit, layer) in enumerate(zip((a, b), layers)):
            exhibit.hold(kind, value, written, reason, layer, shared[number] if kind == "document_text" else shared)
        return True

    def plant(self, links):
        """Pairs of different owners that share so many independent private things."""
        free = [e for e in self.exhibits if e not in self.lot]
        group_of = {owner: number for number, group in enumerate(self.groups) for owner in group}
        taken = set()
        for number in range(links):
            strength = STRENGTHS[number % len(STRENGTHS)]
            for _ in range(1000):
                a, b = self.rng.sample(free, 2)
                near = group_of[a.owner] == group_of[b.owner]
                if a.owner is not b.owner and frozenset((a, b)) not in taken and near == (number % 15 != 14):
                    break
            taken.add(frozenset((a, b)))
            shared = 0
            while shared < strength:
                shared += self.share(a, b, self.rng.choice(KINDS), "planted", strength)

    def tie_owners(self):
        """Exhibits of one owner: contacts, documents, letters, a key in common."""
        for owner in self.owners:
            for i, a in enumerate(owner.exhibits):
                for b in owner.exhibits[i + 1:]:
                    for kind in ["email"] * 3 + ["file_sha256"] * 2 + ["message_id"] * 2 + ["phone"]:
                        if self.rng.random() < 0.7:
                            self.share(a, b, kind, "same owner", hidden=self.rng.random() < 0.3)

    def exchange_messages(self):
        """Owners who write to each other: the same messages in both mailboxes."""
        for group in self.groups:
            for _ in range(max(1, len(group) // 3) if len(group) > 1 else 0):
                x, y = self.rng.sample(group, 2)
                a = next((e for e in x.exhibits if e.profile != "stick"), None)
                b = next((e for e in y.exhibits if e.profile != "stick"), None)
                for _ in range(self.rng.randint(2, 5)):
                    reason = self.reason("messages")
                    message_id = self.names.message_id(x.primary.split("@")[1])
                    letter = formats.letter(f"{x.name} <{x.primary}>", f"{y.name} <{y.primary}>", "as we said", message_id,
                                            a.prose(self.rng.randint(200, 1500)), self.rng.randint(0, 40000))
                    for exhibit in (a, b):
                        exhibit.letters.append(letter)
                        exhibit.held("message_id", message_id, reason, "plain", exhibit.mailbox, message_id.encode())
                        exhibit.held("email", x.primary, reason, "plain", None, b"")
                        exhibit.held("email", y.primary, reason, "plain", None, b"")

    def travel(self):
        """A stick that was in two Windows machines of a group: its serial in both registries, its files on both."""
        sticks = [e for e in self.exhibits if e.profile == "stick"]
        for stick in self.rng.sample(sticks, min(len(sticks), max(1, self.count // 12))):
            machines = [e for group in self.groups if stick.owner in group for o in group for e in o.exhibits if e.profile == "windows"]
            if len(machines) < 2:
                continue
            reason, serial = self.reason("stick"), self.names.private("usb_serial")[0]
            for machine in self.rng.sample(machines, 2):
                machine.plug_in(serial, reason, serial)
                for _ in range(2):
                    self.share(stick, machine, "file_sha256", "stick", hidden=False)
