"""Innocent reasons for two exhibits to look alike, each a class of its own in the truth. A decoy never makes a true pair; where
two exhibits of a decoy are tied by something else too, the pair is left out of the class.
"""
import itertools
import pathlib

from making import formats, texts


def plant(world):
    """All classes; cases too small for one go without it."""
    for make in (vendor_mail, certificates, help_documents, public_documents, default_networks, local_usb_ids, tiny_files,
                 templates, spam_lot, roll_out, card_lookalikes, test_data, news_cache, newsletters, mailing_lists,
                 famous_addresses, defaults, forms, licences, editions):
        make(world)


def record(world, name, exhibits, values=()):
    """All pairs of the exhibits belong to the class."""
    entry = world.decoys.setdefault(name, {"pairs": set(), "values": set()})
    entry["pairs"] |= {tuple(sorted((a.label, b.label))) for a, b in itertools.combinations(exhibits, 2)}
    entry["values"] |= set(values)
    world.noise_values |= {str(v) for v in values}


def some(world, low, high, wanted=lambda e: True):
    """A few exhibits of different owners."""
    found = list({e.owner: e for e in world.exhibits if wanted(e)}.values())
    return world.rng.sample(found, min(len(found), world.rng.randint(low, high)))


def with_mail(exhibit):
    return exhibit.profile != "stick"


def a_computer(exhibit):
    return exhibit.profile in ("debian", "windows")


def times(world, per_exhibit):
    return max(1, round(per_exhibit * world.count))


def vendor_mail(world):
    """Some customers of each vendor are there by chance already; these make sure that every case has some."""
    for number, vendor in enumerate(world.public.vendors):
        if number < times(world, 0.1):
            for exhibit in some(world, 2, 4, with_mail):
                exhibit.letters += [world.public.vendor_letter(vendor, exhibit.owner.primary, exhibit.rng, exhibit.rng.randint(0, 40000))
                                    for _ in range(2)]
                vendor["customers"].append(exhibit)
        record(world, "vendor mail", set(vendor["customers"]),
               [vendor["support"], vendor["orders"], vendor["phone"].replace(" ", ""), vendor["iban"]])


def certificates(world):
    for _ in range(times(world, 0.05)):
        names = [f"{world.names.word(2)}@{world.names.host()}" for _ in range(3)]
        pem, holders = formats.certificate(names, world.rng), some(world, 2, 3)
        for exhibit in holders:
            exhibit.put(exhibit.home + f"Downloads/{world.names.word(2)}.pem", pem, noise=True)
        record(world, "certificates", holders, names)


def documents(world, name, wanted, per_exhibit):
    pool = [d for d in world.public.documents if wanted(d)]
    for document in world.rng.sample(pool, min(len(pool), times(world, per_exhibit))):
        holders = some(world, 2, 2)
        for exhibit in holders:
            exhibit.put(exhibit.home + "Downloads/" + document["name"], document["content"], noise=True)
        record(world, name, holders, document["addresses"])


def help_documents(world):
    documents(world, "help documents", lambda d: len(d["addresses"]) == 30, 0.12)


def public_documents(world):
    documents(world, "public documents", lambda d: len(d["addresses"]) < 30, 0.15)


def default_networks(world):
    for ssid in ["Fritz-Box 7590", "linksys", "NETGEAR42", "AndroidAP"][:max(1, times(world, 0.08))]:
        holders = some(world, 2, 4, a_computer)
        for exhibit in holders:
            if exhibit.profile == "debian":
                exhibit.put(f"etc/NetworkManager/system-connections/{ssid.replace(' ', '_')}.nmconnection",
                            f"[connection]\nid={ssid}\ntype=wifi\nuuid={world.names.private('document_guid')[0]}\n[wifi]\nssid={ssid}\n"
                            "bssid=00:11:22:33:44:55\n")
            else:
                exhibit.software.set("Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Signatures\\Unmanaged\\"
                                     f"{exhibit.rng.getrandbits(64):032X}", "FirstNetwork", ssid)
                exhibit.put(exhibit.home + "wlan.txt", f"SSID 1 : {ssid}\n BSSID 1 : 00:11:22:33:44:55\n")
        record(world, "default networks", holders, ["00:11:22:33:44:55"])


def local_usb_ids(world):
    """Ids that Windows invents for devices without a serial: the second sign is an ampersand."""
    for _ in range(times(world, 0.05)):
        serial, holders = f"{world.rng.randint(5, 8)}&{world.rng.getrandbits(28):x}&0", some(world, 2, 3, lambda e: e.profile == "windows")
        for exhibit in holders:
            exhibit.plug_in(serial)
        record(world, "local USB ids", holders, [serial])


def tiny_files(world):
    small = {"desktop.ini": b"[.ShellClassInfo]\r\nIconResource=imageres.dll,-112\r\n", "empty.dat": b"", ".gitkeep": b"\n",
             "zeros.bin": bytes(4096), "ones.bin": b"\xff" * 8192,
             "pixel.gif": b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
             "notes.txt": b"todo: write to the landlord\n" * 3}
    for name, content in small.items():
        holders = some(world, 2, 4)
        for exhibit in holders:
            exhibit.put(f"{exhibit.home}Documents/{exhibit.rng.randint(1, 99)}-{name}", content, noise=True)
        record(world, "tiny and empty files", holders)


def templates(world):
    """One vendor's background picture and template in different people's documents."""
    for _ in range(times(world, 0.06)):
        picture, guid, holders = formats.png(world.rng, 120), world.names.private("document_guid")[0], some(world, 2, 3)
        for exhibit in holders:
            text = [exhibit.prose(200).replace("\n", " ") for _ in range(4)]
            exhibit.put(exhibit.name("Documents", ".docx"), formats.office_document(
                text, exhibit.owner.name, guid=guid, media={"background.png": picture}, template="Woodgrain.dotx"))
            exhibit.put(exhibit.name("Pictures", ".png"), picture, noise=True)
        record(world, "templates", holders, [guid])


def spam_lot(world):
    """Media of one lot, all with the same list of addresses, in different order and files."""
    addresses, holders = [world.names.email() for _ in range(400)], some(world, 4, 5, lambda e: e not in world.lot)
    for exhibit in holders[:max(2, world.count // 4)]:
        mine = addresses[:]
        exhibit.rng.shuffle(mine)
        for start in range(0, len(mine), 80):
            exhibit.put(exhibit.name("lists", ".csv"), "\n".join(f"{a};{exhibit.rng.randint(1, 9)}" for a in mine[start:start + 80]), noise=True)
    record(world, "one lot's spam", holders[:max(2, world.count // 4)], addresses)


def roll_out(world):
    """An enterprise's image on several machines: its directory, its templates, its domain; machine ids are new on each."""
    names, rng = world.names, world.rng
    domain = names.host()
    staff = [f"{names.word(2)}.{names.word(3)}@{domain}" for _ in range(40)]
    account, guid, sid = names.private("iban")[0], names.private("document_guid")[0], "S-1-5-21-" + "-".join(str(rng.randint(10**8, 4 * 10**9)) for _ in range(3))
    files = {"ProgramData/Company/directory.csv": "\n".join(f"{s};{rng.randint(100, 999)}" for s in staff).encode(),
             "ProgramData/Company/letter.docx": formats.office_document([f"Pay to {account}", world.public.text(500).replace("\n", " ")], "Company", guid),
             "Users/Public/Documents/handbook.txt": f"{world.public.text(6000)}\nhelpdesk.{names.word(2)}@{domain}\n".encode(),
             "Users/Public/Documents/vpn.txt": f"https://portal.{domain}/login?realm={rng.getrandbits(64):x}\n{world.public.text(900)}".encode()}
    for number in range(30):
        files[f"Program Files/Company/part{number}.bin"] = rng.randbytes(rng.randint(2000, 9000)) + f"\0{rng.choice(staff)}\0".encode()
    for exhibit in world.lot:
        for name, content in list(files.items())[:12 if exhibit.file_system == "ntfs" else None]:
            exhibit.put(name, content, noise=True)
        exhibit.software.set("Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" + f"{sid}-{exhibit.rng.randint(1001, 9999)}",
                             "ProfileImagePath", f"C:\\Users\\{exhibit.owner.login}")
    record(world, "enterprise image", world.lot, staff + [account, guid, sid])


def luhn(digits):
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def card_lookalikes(world):
    """Object numbers that pass the card check, in the same tables."""
    for _ in range(times(world, 0.06)):
        numbers = [luhn("4" + "".join(world.rng.choices("0123456789", k=14))) for _ in range(12)]
        holders = some(world, 2, 3)
        for exhibit in holders:
            exhibit.put(exhibit.name("data", ".tab"), "".join(f"{exhibit.rng.randint(1, 10**6)}\t{n}\t{exhibit.rng.random():.6f}\n" for n in numbers), noise=True)
        record(world, "card look-alikes", holders, numbers)


def test_data(world):
    text = ("user@example.com admin@example.org john@test.example 4111 1111 1111 1111 5555555555554444 078-05-1120 +1 555 010 9999 "
            "DE89370400440532013000 GB29NWBK60161331926819 192.0.2.44 00:00:5e:00:53:01 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa "
            "550e8400-e29b-41d4-a716-446655440000 http://www.example.com/?q=test\n")
    holders = some(world, 3, 5)
    for exhibit in holders:
        exhibit.put(exhibit.name("code", ".txt"), exhibit.prose(400) + text + exhibit.prose(200), noise=True)
    record(world, "test data", holders, text.split())


def news_cache(world):
    for page in world.public.news[:times(world, 0.08)]:
        holders = some(world, 2, 5)
        for exhibit in holders:
            exhibit.put(exhibit.name("cache", ".html"), page, noise=True)
        record(world, "news pages in caches", holders)


def newsletters(world):
    """Those with own ids have readers by chance already; some go out without an id, or with one for all readers."""
    for number, newsletter in enumerate(world.public.newsletters):
        values = [newsletter["editor"], newsletter["letter"], newsletter["advert"]]
        identity, readers = ("none", "same", "own")[number % 3], []
        if number < times(world, 0.15):
            readers = some(world, 2, 5, with_mail)
            for exhibit in readers:
                exhibit.letters.append(world.public.mass_letter(newsletter, exhibit.owner.primary, exhibit.rng,
                                                                exhibit.rng.randint(0, 40000), identity))
        if identity != "own" and readers:
            one = [f"issue7.{newsletter['domain'][:9]}@{newsletter['domain']}"] if identity == "same" else []
            record(world, {"none": "newsletter without id", "same": "newsletter with one id"}[identity], readers, values + one)
        record(world, "newsletter with own ids", set(readers + newsletter["readers"]), values)


def mailing_lists(world):
    """Readers of one public list have the same messages with the same ids."""
    for letters in world.public.lists[:times(world, 0.04)]:
        holders = some(world, 2, 4, with_mail)
        for exhibit in holders:
            exhibit.letters += exhibit.rng.sample(letters, 25)
        found = set()
        for letter in letters:
            head = letter.decode().split("\n\n")[0]
            found |= {line.split(": ", 1)[1].strip("<>") for line in head.split("\n") if line.startswith(("From:", "To:", "Message-ID:"))}
        record(world, "mailing list", holders, found)


def famous_addresses(world):
    famous = [f"{n}@{world.names.host()}" for n in ("president", "press.office", "info.centre", "ombudsman")]
    for address in famous:
        holders = some(world, 2, 4)
        for exhibit in holders:
            exhibit.put(exhibit.name("notes", ".txt"), f"{exhibit.prose(300)}\nComplain to {address}\n{exhibit.prose(200)}")
        record(world, "famous addresses", holders, [address])


def defaults(world):
    """Addresses of network cards and names of machines as they come out of the box."""
    holders = some(world, 3, 5)
    for exhibit in holders:
        exhibit.put(exhibit.name("setup", ".log"), "hostname raspberrypi\nether 00:0c:29:00:00:01 txqueuelen\nlink/ether b8:27:eb:00:00:00\n"
                    "gateway 192.168.1.1\nadmin@router.local\n" + exhibit.prose(300))
    record(world, "factory settings", holders, ["00:0c:29:00:00:01", "b8:27:eb:00:00:00", "raspberrypi"])


def put_text(exhibit, paragraphs, folder, ending=""):
    ending = ending or exhibit.rng.choice(texts.DOCUMENTS + texts.TEXTS)
    content, _, _ = texts.written(exhibit.rng, paragraphs, exhibit.owner.name, ending)
    exhibit.put(exhibit.name(folder, ending), content, noise=True)


def forms(world):
    """One form, filled in by different people: contracts with dates and sums, letters of application with hardly a number."""
    for name, with_numbers, per_exhibit in (("forms with numbers", True, 0.1), ("forms without numbers", False, 0.05)):
        for _ in range(times(world, per_exhibit)):
            template, holders = texts.form(world.rng, world.public.prose, with_numbers), some(world, 2, 4)
            for exhibit in holders:
                put_text(exhibit, texts.filled(exhibit.rng, world.names, template), "Documents")
            record(world, name, holders)


def licences(world):
    """Public licences, each with a little of its own, beside what people wrote themselves."""
    root = pathlib.Path("/usr/share/common-licenses")
    known = [p for name in ("GPL-3", "GPL-2", "LGPL-2.1", "Apache-2.0", "Artistic", "BSD", "MPL-2.0", "GFDL-1.3") if (p := root / name).is_file()]
    for path in world.rng.sample(known, min(len(known), times(world, 0.08))):
        holders, text = some(world, 2, 3), path.read_text(errors="replace")
        for exhibit in holders:
            mine = f"Copyright (c) {exhibit.rng.randint(1999, 2024)} {world.names.person()}\n\n{text}\n{exhibit.prose(200)}\n"
            exhibit.put(exhibit.name("Documents", ".txt"), mine, noise=True)
        record(world, "licences with own words", holders)


def editions(world):
    """A public document in several editions and formats, fetched by different people."""
    for _ in range(times(world, 0.06)):
        first, holders = texts.document(world.rng, world.public.prose), some(world, 2, 3)
        for exhibit in holders:
            put_text(exhibit, texts.edited(exhibit.rng, world.public.prose, first), "Downloads")
        record(world, "editions of a public text", holders)
