"""Invented names, addresses, numbers and keys. Nothing here belongs to anybody: host names are syllables, telephone numbers
come from the ranges that the United Kingdom keeps free for fiction, bank accounts from a bank code that does not exist.
"""
import uuid

from making.formats import base58check, iban, ssh_public_key

SYLLABLES = "ba bel dor fen gal hol ka kes len lo mar mir nor pel qua ran sel tal tor ul vel wen wi yor zan".split()
PLACES = "brook cross dale field ford gate ham haven hill holm leigh mere moor ridge stead stow wick worth".split()


class Names:
    """Gives each value once."""

    def __init__(self, rng):
        self.rng, self.used = rng, set()
        self.phones = [f"+44 {area} {n:03d}" for n in range(1000) for area in (
            "20 7946 0", "113 496 0", "114 496 0", "151 496 0", "117 496 0", "121 496 0", "131 496 0", "161 496 0")]
        rng.shuffle(self.phones)
        self.domains = [f"{self.word(2)}{rng.choice(PLACES)}-{rng.choice(['post', 'web', 'mail', 'net', 'online'])}."
                        f"{rng.choice(['net', 'org', 'com', 'info'])}" for _ in range(400)]

    def word(self, syllables):
        return "".join(self.rng.choices(SYLLABLES, k=syllables))

    def once(self, make):
        while (value := make()) in self.used:
            pass
        self.used.add(value)
        return value

    def person(self):
        return self.once(lambda: f"{self.word(2).capitalize()} {(self.word(2) + self.rng.choice(PLACES)).capitalize()}")

    def host(self):
        return self.once(lambda: f"{self.word(3)}{self.rng.choice(PLACES)}.{self.rng.choice(['net', 'org', 'com'])}")

    def email(self, person=None, domain=None):
        first, last = (person or self.person()).lower().split()
        domain = domain or self.rng.choice(self.domains)
        return self.once(lambda: self.rng.choice([f"{first}.{last}", f"{first[0]}{last}{self.rng.randint(2, 9999)}",
                                                  f"{last}.{first}{self.rng.randint(60, 99)}"]) + "@" + domain)

    def message_id(self, domain=None):
        return f"{self.rng.getrandbits(80):020x}.{self.rng.randint(100, 999)}@{domain or self.rng.choice(self.domains)}"

    def private(self, kind):
        """(canonical value, as it is written)"""
        rng = self.rng
        if kind == "email":
            value = self.email()
        elif kind == "phone":
            written = self.phones.pop()
            return written.replace(" ", ""), written
        elif kind == "message_id":
            value = self.message_id()
        elif kind == "usb_serial":
            value = f"{rng.getrandbits(80):020X}"
        elif kind == "bssid":
            value = "d4:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}".format(*rng.randbytes(5))
        elif kind == "camera_serial":
            value = str(rng.randint(10**11, 10**12 - 1))
        elif kind == "ssh_key":
            line, fingerprint = ssh_public_key(rng)
            return fingerprint, line
        elif kind == "iban":
            value = iban("99999999" + "".join(rng.choices("0123456789", k=10)))
        elif kind == "bitcoin":
            value = base58check(b"\0" + rng.randbytes(20))
        elif kind == "url":
            value = f"https://files.{self.host()}/d/{rng.getrandbits(64):016x}?key={rng.getrandbits(96):024x}"
        elif kind == "document_guid":
            value = str(uuid.UUID(bytes=rng.randbytes(16), version=4))
        elif kind == "calendar_uid":
            value = f"{rng.getrandbits(96):024x}@{rng.choice(self.domains)}"
        else:
            raise ValueError(kind)
        self.used.add(value)
        return value, value


class Person:
    def __init__(self, names):
        rng = names.rng
        self.name = names.person()
        self.primary, self.second = names.email(self.name), names.email(self.name)
        self.phone = names.private("phone")
        self.login = self.name.split()[0].lower()
        self.key = names.private("ssh_key")
        self.camera = (rng.choice(["Kestrel", "Lumina", "Ortega"]), f"K{rng.randint(100, 999)}D", names.private("camera_serial")[0])
        self.account = names.private("iban")[0]
        self.contacts = [(person, names.email(person)) for person in (names.person() for _ in range(60))]
        self.exhibits = []
        self.letters, self.documents = [], []  # what may lie on several exhibits of the same owner
