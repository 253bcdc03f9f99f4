"""The second kind of world: exhibits rich in real public messages and poor in common software. Each exhibit is one author's
mail; what is true is which exhibits have the same author. Nothing is kept in the source tree: the messages are taken from
what the machine has.

Given mbox files or folders of them, their messages are taken as they are. Given none, the dated and signed entries of the
change logs of /usr/share/doc, or of another folder of packages, serve as messages: GNU style ("2019-05-02  Name
<address>", then what was done) and Debian style (" -- Name <address>  date"). They name colleagues, reporters and
reviewers by their addresses, as mail does.

An author with several exhibits never has one message on two of them: they are split by package (or thread), so that one
finds the author by what the messages have in common and not by copies. Half to four fifths of each mailbox is by others,
who have no exhibit themselves, every other from the same packages: colleagues, and regulars that many correspond with.

An author is an address that mail reaches; whoever signs with one full name under several is one person, of whom one address
is drawn and the others are dealt to nobody. No other person has as many messages on an exhibit as its author: else it would
be the other's mail. Two authors are acquainted where one's own messages, on the one's exhibit, name an address of the other.
"""
import collections
import email.utils
import gzip
import hashlib
import itertools
import mailbox
import math
import pathlib
import random
import re
import shutil
import tempfile

from making import formats, truth
from making.disks import MIB, Builder, empty
from making.exhibits import write_sparse

LEAST = 8  # messages of the author on an exhibit
MAIL_ADDRESS = re.compile(r"[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}")  # of text in small letters


class Message:
    def __init__(self, name, author, package, date, content):
        self.name, self.author, self.package, self.date, self.content = name, author.lower(), package, date, content


class People:
    """Who signs with which addresses: one full name, one person; one address, one person."""

    def __init__(self, messages):
        self.parent = {}
        for message in messages:
            name = " ".join(message.name.lower().split())
            self.join(message.author, name if " " in name else message.author)
        self.addresses = collections.defaultdict(set)
        for key in self.parent:
            if MAIL_ADDRESS.fullmatch(key):
                self.addresses[self.of(key)].add(key)

    def of(self, key):
        while self.parent[key] != key:
            key = self.parent[key]
        return key

    def join(self, a, b):
        a, b = (self.of(self.parent.setdefault(key, key)) for key in (a, b))
        self.parent[max(a, b)] = min(a, b)

    def addresses_of(self, author):
        return self.addresses[self.of(author)]


def as_message(name, author, package, subject, date, text):
    identity = hashlib.sha256(f"{author}{package}{date}{text}".encode()).hexdigest()[:24]
    head = f"Date: {date}\nFrom: {name} <{author}>\nSubject: {subject}\nMessage-ID: <{identity}.{package}@changes.invalid>\n"
    return Message(name, author, package, date, (head + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + text).encode())


def change_logs(root):
    gnu = re.compile(r"^(\d{4}-\d\d-\d\d)\s+([^<\n]+?)\s+<([^>\s]+@[^>\s]+)>\n(.*?)(?=^\d{4}-\d\d-\d\d\s|\Z)", re.M | re.S)
    debian = re.compile(r"^(\S+) \(([^)\n]+)\)[^\n]*\n(.*?)\n -- ([^<\n]*?) <([^>\s]+@[^>\s]+)>  ([^\n]+)$", re.M | re.S)
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and re.match("(?i)change", p.name)):
        package = path.relative_to(root).parts[0]
        try:
            data = path.read_bytes()
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
        except (OSError, EOFError, gzip.BadGzipFile):
            continue
        for date, name, author, body in gnu.findall(text):
            if len(body.strip()) > 40:
                first = body.strip().splitlines()[0][:70]
                yield as_message(name, author, package, first, date, body[:6000])
        for source, version, body, name, author, date in debian.findall(text):
            yield as_message(name, author, source, f"{source} {version}", date, f"{body[:6000]}\n -- {name} <{author}>\n")


def mail_files(paths):
    for given in map(pathlib.Path, paths):
        for path in sorted(given.rglob("*")) if given.is_dir() else [given]:
            if not path.is_file():
                continue
            with tempfile.NamedTemporaryFile() as plain:
                data = path.read_bytes()
                plain.write(gzip.decompress(data) if path.suffix == ".gz" else data)
                plain.flush()
                for one in mailbox.mbox(plain.name):
                    name, author = email.utils.parseaddr(str(one.get("From", "")).replace(" at ", "@"))
                    if "@" in author:
                        thread = re.sub(r"(?i)^(re|fwd?|aw|\[[^]]*\]|:|\s)+", "", str(one.get("Subject", "")))
                        yield Message(name, author, thread[:60], str(one.get("Date", "")), one.as_bytes())


def shares(messages, parts, rng):
    """Messages of one author, dealt out to so many exhibits by package; by time where there are too few packages."""
    packages = collections.defaultdict(list)
    for message in messages:
        packages[message.package].append(message)
    if len(packages) >= 2 * parts:
        out = [[] for _ in range(parts)]
        for package in sorted(packages, key=lambda p: (-len(packages[p]), p)):
            min(out, key=len).extend(packages[package])
    else:
        ordered = sorted(messages, key=lambda m: (m.date, m.content))
        size = len(ordered) // parts
        out = [ordered[i * size:(i + 1) * size] for i in range(parts)]
    for part in out:
        rng.shuffle(part)
    return out


class Others:
    """Messages of people without an exhibit; each is given out once, those of the wanted packages first."""

    def __init__(self, messages, people, rng):
        self.by_package = collections.defaultdict(list)
        self.people, self.rng = people, rng
        for message in messages:
            self.by_package[message.package].append(message)
        for package in sorted(self.by_package):
            rng.shuffle(self.by_package[package])

    def take(self, count, packages, most):
        """At most so many of one person; fewer in all when only more of the same people are left."""
        out, left_over, by_person = [], [], collections.Counter()
        near = sorted(p for p in packages if self.by_package.get(p))
        while len(out) < count and any(self.by_package.values()):
            if not near or self.rng.random() < 0.5:
                near_or_any = sorted(p for p, left in self.by_package.items() if left)
            else:
                near_or_any = near
            message = self.by_package[self.rng.choice(near_or_any)].pop()
            person = self.people.of(message.author)
            (out if by_person[person] < most else left_over).append(message)
            by_person[person] += 1
            near = [p for p in near if self.by_package[p]]
        for message in left_over:
            self.by_package[message.package].append(message)
        return out


def acquainted(exhibits, people):
    """Pairs of exhibits of different authors, of whom one names the other in own messages on the own exhibit."""
    named = {label: set(MAIL_ADDRESS.findall(b"\n".join(m.content for m in messages).decode("utf-8", "replace").lower()))
             for label, _, messages in exhibits}
    return [{"a": a, "b": b} for (a, x, _), (b, y, _) in itertools.combinations(exhibits, 2)
            if x != y and (named[a] & people.addresses_of(y) or named[b] & people.addresses_of(x))]


def build(out, options):
    rng = random.Random(f"{options.seed}:mail")
    source = mail_files(options.mail) if options.mail else change_logs(options.change_logs)
    by_author, seen = collections.defaultdict(list), set()
    for message in source:
        digest = hashlib.sha256(message.content).digest()
        if digest not in seen:
            seen.add(digest)
            by_author[message.author].append(message)
    people = People(m for a in sorted(by_author) for m in by_author[a])
    authors = sorted(a for a, messages in by_author.items() if len(messages) >= LEAST and MAIL_ADDRESS.fullmatch(a))
    rng.shuffle(authors)
    exhibits, owners, taken = [], [], set()
    for author in authors:
        if len(exhibits) == options.exhibits:
            break
        if people.of(author) in taken:
            continue
        taken.add(people.of(author))
        parts = rng.choices([1, 2, 3, 4], [30, 30, 20, 20])[0]
        parts = max(1, min(parts, len(by_author[author]) // LEAST, options.exhibits - len(exhibits)))
        dealt = [d for d in shares(by_author[author], parts, rng) if len(d) >= LEAST // 2]
        labels = []
        for messages in dealt:
            wanted = int(min(200, max(LEAST, 25 * math.exp(rng.gauss(0, 0.9)))))
            labels.append(f"EX{len(exhibits) + 1:03d}")
            exhibits.append((labels[-1], author, messages[:wanted]))
        owners.append({"name": by_author[author][0].name, "primary": author, "addresses": sorted(people.addresses_of(author)),
                       "exhibits": labels})
    others = Others([m for a in sorted(by_author) if people.of(a) not in taken for m in by_author[a]], people, rng)
    images = out / "images"
    shutil.rmtree(images, ignore_errors=True)
    images.mkdir(parents=True)
    listed = []
    with tempfile.TemporaryDirectory(prefix="weft-scenario-") as scratch:
        for label, author, messages in exhibits:
            foreign = others.take(int(len(messages) * (1 + 3 * rng.random())), {m.package for m in messages}, len(messages) - 1)
            size = make(scratch, images / f"{label}.img", label, messages + foreign, rng)
            listed.append({"label": label, "image": f"images/{label}.img", "owner": author, "size": size, "messages": len(messages)})
    pairs = [{"a": a, "b": b, "strength": 1, "links": ["same author"]} for o in owners
             for i, a in enumerate(o["exhibits"]) for b in o["exhibits"][i + 1:]]
    return {"version": 1, "seed": options.seed, "world": "real mail", "exhibits": listed, "owners": owners, "groups": [],
            "pairs": pairs, "acquainted": acquainted(exhibits, people), "items": [], "decoys": [],
            "noise": {"sha256": [], "values": []},
            "clusters": truth.clusters_of([e["label"] for e in listed], [(p["a"], p["b"]) for p in pairs])}


def make(scratch, path, label, messages, rng):
    rng.shuffle(messages)
    boxes = {"Inbox": messages[::2], "Archive": messages[1::2]}
    files = {f"home/user/Mail/{name}": formats.mailbox([m.content for m in box]) for name, box in boxes.items() if box}
    need = sum(len(c) for c in files.values())
    image = Builder(scratch, rng).ext4(label, max(4, need * 5 // 4 // MIB + 4) * MIB, files, block=2048)
    data = image.read_bytes()
    write_sparse(path, data)
    empty(scratch)
    return len(data)
