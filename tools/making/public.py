"""What anybody may have: operating systems, packages, newsletters, vendors' mail, public documents, pages of news sites. All
of it innocent; how common each thing is follows a Zipf law, so that rare ones meet on two exhibits by chance.
"""
import bisect
import itertools
import pathlib
import random

from making import formats
from making.texts import Prose


class Zipf:
    def __init__(self, count, power):
        self.sums = list(itertools.accumulate(1 / (i + 1) ** power for i in range(count)))

    def draw(self, rng):
        return bisect.bisect(self.sums, rng.random() * self.sums[-1])


def packages_here(rng, count):
    """Texts of packages of this very Debian, when there are any: {folder: {name: bytes}}"""
    root, out = pathlib.Path("/usr/share/doc"), {}
    folders = sorted(p for p in root.iterdir() if p.is_dir() and not p.is_symlink()) if root.is_dir() else []
    rng.shuffle(folders)
    for folder in folders:
        files = [p for p in sorted(folder.iterdir()) if p.is_file() and not p.is_symlink() and 300 < p.stat().st_size < 24000]
        if files:
            out[f"usr/share/doc/{folder.name}"] = {p.name: p.read_bytes() for p in files[:3]}
        if len(out) == count:
            break
    return out


class Public:
    """The world outside, the same for all exhibits of a case and for its reference images."""

    def __init__(self, names, seed):
        rng = self.rng = random.Random(f"{seed}:public")
        self.names = names
        self.prose = Prose(random.Random(f"{seed}:prose"))
        self.addresses = [names.email() for _ in range(3000)]
        self.urls = [f"https://www.{rng.choice(names.domains)}/find?q={names.word(2)}+{names.word(3)}" for _ in range(3000)]
        self.law = Zipf(3000, 1.0)
        self.vendors = [self.vendor() for _ in range(20)]
        self.newsletters = [self.newsletter() for _ in range(24)]
        self.lists = [self.mailing_list() for _ in range(6)]
        self.documents = [self.document(n) for n in range(60)]
        self.news = [self.news_page(n) for n in range(15)]
        self.packages = {**self.invented_packages(30), **packages_here(random.Random(f"{seed}:packages"), 60)}
        self.package_law = Zipf(len(self.packages), 0.8)
        self.debian, self.windows = self.system("debian"), self.system("windows")

    def text(self, size):
        return self.prose.text(self.rng, size)

    def vendor(self):
        domain = self.names.host()
        return {"domain": domain, "support": f"support@{domain}", "orders": f"orders@{domain}",
                "phone": self.names.private("phone")[1], "iban": self.names.private("iban")[0], "customers": []}

    def vendor_letter(self, vendor, to, rng, minute):
        """An order confirmed: the vendor's address, hotline and account in everybody's mail."""
        return formats.letter(f"Orders <{vendor['orders']}>", to, f"Your order {rng.randint(10**6, 10**7)}",
                              f"{rng.getrandbits(64):016x}@{vendor['domain']}",
                              f"Thank you. Questions: {vendor['support']} or call {vendor['phone']}.\n"
                              f"Pay to {vendor['iban']}\nhttps://www.{vendor['domain']}/order?terms=standard\n", minute)

    def newsletter(self):
        domain = self.names.host()
        return {"domain": domain, "editor": f"editor.{self.names.word(2)}@{domain}", "letter": f"letter@{domain}",
                "text": self.text(1800), "advert": f"https://www.{domain}/offer?campaign={self.rng.getrandbits(64):x}",
                "share": 0.02 + 0.2 * self.rng.random() ** 2, "readers": []}

    def mass_letter(self, newsletter, to, rng, minute, identity):
        """identity: none (no Message-ID), same (one for all), own (one for each reader, and tracking links)"""
        message_id = {"none": "", "same": f"issue7.{newsletter['domain'][:9]}@{newsletter['domain']}",
                      "own": f"{rng.getrandbits(80):020x}@{newsletter['domain']}"}[identity]
        track = f"https://www.{newsletter['domain']}/unsubscribe?u={rng.getrandbits(48):x}\n" if identity == "own" else ""
        return formats.letter(f"<{newsletter['letter']}>", to if identity == "own" else f"readers@{newsletter['domain']}",
                              "Issue seven", message_id, f"{newsletter['text']}\nWrite to {newsletter['editor']}\n"
                              f"{newsletter['advert']}\n{track}", minute if identity == "own" else 7000)

    def mailing_list(self):
        domain = self.names.host()
        posters = [self.names.email() for _ in range(12)]
        return [formats.letter(self.rng.choice(posters), f"talk@{domain}", f"thread {n % 7}", self.names.message_id(domain),
                               self.text(self.rng.randint(200, 1500)), 100 * n,
                               more=f"List-Id: <talk.{domain}>\nPrecedence: list\n") for n in range(40)]

    def document(self, number):
        """A document that anyone can fetch. Some list addresses; how likely an unrelated exhibit has it differs."""
        domain, share = self.names.host(), 0.005 + 0.05 * self.rng.random()
        addresses = [f"{self.names.word(3)}@{domain}" for _ in range(self.rng.choice([0, 1, 2, 5, 30]))]
        lines = [self.text(900)] + [f"Office {self.names.word(2)}: {a}" for a in addresses] + [self.text(3000 + 50 * number)]
        text = "\n".join(lines)
        if number % 3 == 0:
            content, ending = formats.pdf([line[:90] for line in text.split("\n")]), ".pdf"
        elif number % 3 == 1:
            content, ending = formats.office_document(text.split("\n"), "Public Office", str(self.names.private("document_guid")[0])), ".docx"
        else:
            content, ending = text.encode(), ".txt"
        return {"name": f"{self.names.word(3)}{ending}", "content": content, "share": share, "addresses": addresses}

    def news_page(self, number):
        domain = self.names.host()
        links = "".join(f'<a href="https://www.{domain}/story/{self.rng.getrandbits(40):x}?s={self.rng.getrandbits(40):x}">'
                        f"{self.names.word(3)}</a>\n" for _ in range(20))
        return (f"<html><head><title>News {number}</title></head><body><p>{self.text(2500)}</p>\n{links}"
                f"<p>desk@{domain} tips@{domain}</p></body></html>").encode()

    def invented_packages(self, count):
        out = {}
        for _ in range(count):
            name, maintainer = self.names.word(3), self.names.email()
            text = "".join(f"{name} ({n}.{self.rng.randint(0, 20)})\n\n  * {self.text(120).strip()}\n\n -- Keeper <{maintainer}>\n\n"
                           for n in range(20, 0, -1))
            blob = b"\x7fELF\2\1\1\0" + self.rng.randbytes(5000) + f"\0bugs@{name}-project.org\0".encode() + self.rng.randbytes(2000)
            out[f"usr/share/doc/{name}"] = {"changelog.gz": formats.gzipped(text.encode()), "README": (
                f"{self.text(1200)}\nHomepage: https://{name}-project.org/get?from=readme\nContact: {maintainer}\n").encode()}
            out[f"usr/lib/{name}"] = {f"lib{name}.so.1": blob}
        return out

    def system(self, which):
        """Files that every installation of this system has."""
        out = {}
        for number in range(25):
            word = self.names.word(3)
            body = self.rng.randbytes(self.rng.randint(2000, 20000)) + f"\0makers.{word}@{self.names.domains[0]}\0".encode()
            out[f"usr/lib/{word}.so" if which == "debian" else f"Windows/System32/{word}.dll"] = (
                b"\x7fELF\2\1\1\0" if which == "debian" else b"MZ\x90\0") + body
        roots = "".join(formats.certificate([f"ca-{self.names.word(2)}@{self.names.domains[1]}"], self.rng).decode() for _ in range(12))
        out["etc/ssl/certs/ca-certificates.crt" if which == "debian" else "Windows/System32/roots.pem"] = roots.encode()
        out["etc/services" if which == "debian" else "Windows/System32/drivers/etc/services"] = self.text(3000).encode()
        return out
