#!/usr/bin/env python3
"""Records: a small real file system with files that parsers know, checked through `weft export`.

What is planted lies in ext4, and deleted on FAT; every record has to lead back to the bytes it was read from, and the
tables have to be the same whatever the threads.
"""
import base64
import contextlib
import csv
import email
import email.policy
import email.utils
import hashlib
import io
import mailbox
import os
import re
import subprocess
import zipfile

import common
from common import table, weft

ATTACHMENT = bytes(range(256)) * 20  # 5,120 bytes
BOUNDARY = "=_weave"
MAIL = f"""From: Mara Quill <Mara@Kestrel-Brook.net>
To: "Ivo" <ivo@hafenwerk.net>, lena@hafenwerk.net
Cc: <petra@hafenwerk.net>
Subject: =?utf-8?q?Pl=C3=A4ne?=
Date: Mon, 20 Jul 2015 09:01:07 +0200
Message-ID: <Weave.1@Kestrel-Brook.NET>
In-Reply-To: <weave.0@hafenwerk.net>
References: <weave.root@hafenwerk.net> <weave.0@hafenwerk.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{BOUNDARY}"

--{BOUNDARY}
Content-Type: text/plain; charset=utf-8

The plan is attached.
--{BOUNDARY}
Content-Type: application/octet-stream; name="plan.bin"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="plan.bin"

""" + base64.encodebytes(ATTACHMENT).decode() + f"--{BOUNDARY}--\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
PRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
MACHINE = "3e5a1c0f9b7d4e2680a1b2c3d4e5f607"


def docx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        archive.writestr("docProps/core.xml", '<?xml version="1.0"?><cp:coreProperties xmlns:cp="a" xmlns:dc="b" '
                         'xmlns:dcterms="c"><dc:title>Plan</dc:title><dc:creator>Mara Quill</dc:creator>'
                         "<cp:lastModifiedBy>Ivo Hafen</cp:lastModifiedBy>"
                         "<dcterms:created>2015-07-19T08:00:00Z</dcterms:created></cp:coreProperties>")
        archive.writestr("word/settings.xml", '<w:settings xmlns:w="a"><w:rsids><w:rsidRoot w:val="00A77427"/>'
                         '<w:rsid w:val="00A77427"/><w:rsid w:val="00B10DE5"/></w:rsids></w:settings>')
    return out.getvalue()


FILES = {
    "etc/machine-id": MACHINE + "\n",
    "etc/hostname": "kestrel\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nmara:x:1000:1000:Mara Quill,,,:/home/mara:/bin/bash\n",
    "etc/NetworkManager/system-connections/Brook.nmconnection":
        "[connection]\nid=Brook\nuuid=3f2504e0-4f89-41d3-9a0c-0305e82c3301\ntype=wifi\n\n[wifi]\nssid=Kestrel Brook\n"
        "bssid=A4:5E:60:C1:22:9B\n\n[wifi-security]\npsk=not-to-be-seen\n",
    "home/mara/.gitconfig": "[user]\n\tname = Mara Quill\n\temail = mara@kestrel-brook.net\n",
    "home/mara/.ssh/known_hosts": f"git.hafenwerk.net {KEY}\n",
    "home/mara/Maildir/cur/1437375667.M1:2,S": MAIL,
    "home/mara/mail.mbox": "From x Mon Jul 20 09:01:07 2015\n" + MAIL + "\nFrom x Mon Jul 20 09:01:07 2015\n"
                           "From: petra@hafenwerk.net\nTo: mara@kestrel-brook.net\nMessage-ID: <weave.2@hafenwerk.net>\n\nYes.\n",
    "home/mara/contacts.vcf": "BEGIN:VCARD\nVERSION:3.0\nFN:Ivo Hafen\nEMAIL:ivo@hafenwerk.net\n"
                              "TEL:+49 151 2345 6789\nUID:weave-contact-7\nEND:VCARD\n",
    "home/mara/team.ics": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:weave-event-0401@hafenwerk.net\nDTSTART:20150720T090000Z\n"
                          "SUMMARY:Meeting\nATTENDEE:mailto:ivo@hafenwerk.net\nEND:VEVENT\nEND:VCALENDAR\n",
    "home/mara/plan.docx": docx(),
    "home/mara/notes.txt": "nothing in here\n",
}


class Artefacts(common.Case):
    def image(self):
        """An ext4 file system of 16 MiB that holds FILES, made from a folder and never mounted."""
        root = self.scratch / "root"
        for name, content in FILES.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        image = self.scratch / "laptop.img"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, image], check=True, stderr=subprocess.DEVNULL)
        return image

    def one(self, noun, **wanted):
        rows = [row for row in table(self.case, noun) if all(row[key] == value for key, value in wanted.items())]
        self.assertEqual(len(rows), 1, f"{noun} {wanted}: {rows}")
        return rows[0]

    def test_records_of_a_file_system(self):
        weft("run", self.case, self.image())
        mail = self.one("message", file="home/mara/Maildir/cur/1437375667.M1:2,S")
        self.assertEqual(mail["service"], "mail")
        self.assertEqual(mail["time"], "2015-07-20T07:01:07Z")
        self.assertEqual(mail["sender"], "Mara Quill <Mara@Kestrel-Brook.net>")
        self.assertEqual(mail["recipients"].split("\n"),
                         ["Ivo <ivo@hafenwerk.net>", "lena@hafenwerk.net", "petra@hafenwerk.net"])
        self.assertEqual(mail["subject"], "Pläne")
        self.assertEqual(mail["message_id"], "Weave.1@kestrel-brook.net")
        self.assertEqual(mail["in_reply_to"], "weave.0@hafenwerk.net")
        self.assertEqual(mail["thread"], "weave.root@hafenwerk.net")
        self.assertEqual(mail["folder"], "home/mara/Maildir")
        self.assertEqual(mail["attachments"], f"{hashlib.sha256(ATTACHMENT).hexdigest()} plan.bin")
        self.assertEqual(mail["text"], "The plan is attached.")
        self.assertEqual(len([r for r in table(self.case, "message") if r["file"] == "home/mara/mail.mbox"]), 2)
        contact = self.one("contact")
        self.assertEqual((contact["name"], contact["emails"], contact["phones"], contact["uid"]),
                         ("Ivo Hafen", "ivo@hafenwerk.net", "+49 151 2345 6789", "weave-contact-7"))
        self.assertEqual(self.one("appointment")["begins"], "2015-07-20T09:00:00Z")
        self.assertEqual(self.one("account", service="linux", name="mara")["home"], "/home/mara")
        self.assertEqual(self.one("account", service="git")["identifier"], "mara@kestrel-brook.net")
        network = self.one("network")
        self.assertEqual((network["medium"], network["name"], network["bssid"]), ("wifi", "Kestrel Brook", "a4:5e:60:c1:22:9b"))
        self.assertEqual(self.one("machine", fact="id")["value"], MACHINE)
        self.assertEqual(self.one("key")["fingerprint"], PRINT)
        document = self.one("document")
        self.assertEqual((document["title"], document["author"], document["last_author"], document["created"]),
                         ("Plan", "Mara Quill", "Ivo Hafen", "2015-07-19T08:00:00Z"))
        self.assertEqual(document["identifiers"].split("\n"), ["rsid_root 00a77427", "rsid 00a77427", "rsid 00b10de5"])
        for row in table(self.case, "feature") + table(self.case, "network"):
            self.assertNotIn("not-to-be-seen", str({k: v for k, v in row.items() if k != "context"}))

    def test_selectors_have_roles_and_lead_back(self):
        image = self.image()
        weft("run", self.case, image)
        found = {(r["kind"], r["value"], r["role"]): r for r in table(self.case, "feature") if r["role"]}
        for key in [("email", "mara@kestrel-brook.net", "from"), ("email", "ivo@hafenwerk.net", "to"),
                    ("email", "petra@hafenwerk.net", "cc"), ("message_id", "Weave.1@kestrel-brook.net", "message"),
                    ("message_id", "weave.root@hafenwerk.net", "reference"),
                    ("file_sha256", hashlib.sha256(ATTACHMENT).hexdigest(), "attachment"),
                    ("phone", "+4915123456789", "contact"), ("contact_uid", "weave-contact-7", "contact"),
                    ("calendar_uid", "weave-event-0401@hafenwerk.net", "event"), ("ssid", "Kestrel Brook", "network"),
                    ("bssid", "a4:5e:60:c1:22:9b", "network"), ("machine_id", MACHINE, "machine"),
                    ("machine_name", "kestrel", "machine"), ("os_user", "mara", "owner"),
                    ("email", "mara@kestrel-brook.net", "owner"), ("ssh_key", PRINT, "host"),
                    ("ssh_host", "git.hafenwerk.net", "host"), ("document_author", "Ivo Hafen", "author"),
                    ("document_guid", "rsid 00b10de5", "document")]:
            self.assertIn(key, found)
        # A plain file's selector lies on the image where it says, and `weft show` finds a packed one.
        raw = image.read_bytes()
        row = found["email", "petra@hafenwerk.net", "cc"]
        self.assertEqual(raw[row["offset"]:row["offset"] + 19], b"petra@hafenwerk.net")
        author = found["document_author", "Ivo Hafen", "author"]
        self.assertIn("-ZIP-", author["path"])
        self.assertIn("Ivo Hafen", weft("show", self.case, f"laptop:{author['path']}").text)
        self.assertIn("core", weft("show", self.case, f"laptop:{self.one('document')['path']}").text)
        weft("verify", self.case)

    def test_exports(self):
        weft("run", self.case, self.image())
        out = self.scratch / "m.csv"
        weft("export", self.case, "message", "--format", "csv", "-o", out)
        with open(out, newline="", encoding="utf-8") as rows:
            self.assertEqual({row["parser"] for row in csv.DictReader(rows)}, {"mail"})
        for name in ("message", "contact", "appointment", "account", "device", "network", "machine", "document", "photo", "key"):
            table(self.case, name)

    def test_threads_do_not_matter(self):
        image = self.image()
        weft("run", self.case, image, "--threads", "1")
        other = self.scratch / "other"
        weft("run", other, image, "--threads", "4")
        self.assertEqual(common.parquet_files(self.case), common.parquet_files(other))

    def test_crash_costs_one_parser_on_one_file(self):
        image = self.image()
        weft("run", self.case, image)
        victim = self.one("document")
        item = f"file {victim['file_id']} parser office"
        os.environ["WEFT_TEST_FAULT"] = f"crash {item}"
        self.addCleanup(os.environ.pop, "WEFT_TEST_FAULT", None)
        hurt = self.scratch / "hurt"
        weft("run", hurt, image)
        self.assertEqual(table(hurt, "document"), [])
        self.assertEqual(table(hurt, "message"), table(self.case, "message"))
        self.assertEqual(table(hurt, "file"), table(self.case, "file"))
        named = [row for row in table(hurt, "problem") if "set aside" in row["what"]]
        self.assertTrue(any(row["stage"] == "record" and "office" in row["what"] for row in named), named)

    def test_deleted_files_are_parsed_too(self):
        stick = self.scratch / "stick.img"  # ext4 forgets where a deleted file's content lay; FAT does not
        with open(stick, "wb") as file:
            file.truncate(4 << 20)
        subprocess.run(["mkfs.fat", "-F", "12", stick], check=True, stdout=subprocess.DEVNULL)
        card = self.scratch / "cards.vcf"
        card.write_text(FILES["home/mara/contacts.vcf"])
        subprocess.run(["mcopy", "-i", stick, card, "::cards.vcf"], check=True)
        subprocess.run(["mdel", "-i", stick, "::cards.vcf"], check=True)
        weft("run", self.case, stick)
        contact = self.one("contact")
        self.assertEqual(contact["name"], "Ivo Hafen")
        states = {row["file_id"]: row["state"] for row in table(self.case, "file")}
        self.assertEqual(states[contact["file_id"]], "deleted")

    def test_what_pythons_mail_parser_finds(self):
        """Against a peer: every real message, its parties and its attachments."""
        common.needs_evidence("mail/eml", "mail/mbox")
        weft("run", self.case, common.EVIDENCE / "mail/eml", common.EVIDENCE / "mail/mbox")
        ours, parties = {}, {}
        for row in table(self.case, "message"):
            ours.setdefault((row["exhibit"], row["file"]), []).append(row)
        for row in table(self.case, "feature"):
            if row["role"] in ("from", "to", "cc"):
                parties.setdefault((row["exhibit"], row["file"]), set()).add((row["role"], row["value"]))
        for path in sorted((common.EVIDENCE / "mail/eml").iterdir()):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
            rows = ours["eml", path.name]
            said = (message["Message-ID"] or "").strip().strip("<>")
            self.assertEqual(rows[0]["message_id"].lower(), said.lower(), path.name)
            hashes = {hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest() for part in message.walk()
                      if part.get_filename() and not part.is_multipart()}
            found = {line.split(" ")[0] for row in rows for line in row["attachments"].split("\n") if line}
            self.assertLessEqual(hashes, found, path.name)
            for role in ("from", "to", "cc"):
                for _, address in email.utils.getaddresses(message.get_all(role, [])):
                    if "." in address.rpartition("@")[2]:
                        self.assertIn((role, address.lower()), parties["eml", path.name], path.name)
        for path in sorted((common.EVIDENCE / "mail/mbox").iterdir()):
            with contextlib.closing(mailbox.mbox(path, create=False)) as box:
                peer = {re.sub(r"[\s<>]", "", m["Message-ID"]).lower() for m in box if m["Message-ID"]}
            self.assertLessEqual(peer, {row["message_id"].lower() for row in ours["mbox", path.name]}, path.name)


if __name__ == "__main__":
    common.main()
