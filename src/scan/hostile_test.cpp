// Inputs made to cost more than they are: the start of something, over and over. Each must stay linear in its size.
// What is measured is the thread's own time, so that a busy machine matters little.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/pdf/testing.h"
#include "base/text.h"
#include "scan/engine.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::string_view units[] = {
    // decoders
    "a=\n"sv, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\n"sv, "x=3D"sv, "=C3=BC"sv, "a=40b.cc "sv,
    "a=FCa\n"sv, "a=FC&a@b.de\n"sv, "a=FCa@b.de\n=z\n"sv, "\n\na=FCa@b.de\n\n=z"sv, "a=FCa=A0b@b.de "sv, "a=FC =z"sv,
    "(a) Tj "sv, "BT (://a?) Tj T* (:?) Tj T* "sv, "BT (a) Tj "sv, "BT "sv, "[ (a) ] TJ "sv, "(((((((("sv, "PK\3\4"sv,
    "PK\3\4\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a"sv, "\x1f\x8b\x08"sv,
    "\x1f\x8b\x08\0\0\0\0\0\0\3"sv, "\x1f\x8b\x08\x08\0\0\0\0\0\3"sv, "x\x9c"sv, "x\x9cK"sv, "stream\nx\x9c"sv,
    "stream\r\nx\x9c\3\0"sv, "BZh91AY&SY"sv, "BZh91AY&SY\1\2\3\4\0\0\1\0\xff"sv, "BZh11AY&SY\1\2\3\4\0\0\1\x80\0\1"sv,
    "\xfd\x37zXZ\0\0\4"sv, "\xfd\x37zXZ\0\0\4\xe6\xd6\xb4\x46\2\0\x21\1\x16\0\0\0\x74\x2f\xe5\xa3\1\0"sv,
    "\xfd\x37zXZ\0\0\4\xe6\xd6\xb4\x46\2\0\x21\1\x1c\0\0\0\x10\xcf\x58\xcc\1\0\0a"sv,            // a window of 64 MiB
    "\x28\xb5\x2f\xfd\0\x88\x08\0\0a\x08\0\0a"sv, "\x28\xb5\x2f\xfd\0\x88\x08\0\0a\x09\0\0a"sv,  // 128 MiB
    "\x28\xb5\x2f\xfd\xa0\0\0\0\7\x08\0\0a\x08\0\0a"sv, "\4\x22\x4d\x18\x60\x70\x73\4\0\0\0\x10\x61\0\0"sv,
    "\4\x22\x4d\x18\x40\x70\xdf\4\0\0\0\x10\x61\0\0"sv, "]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"sv,
    "]\0\0\0\4\0\1\0\0\0\0\0\0\0\1\2\3"sv, "\x28\xb5\x2f\xfd"sv, "\x28\xb5\x2f\xfd\x04\x88\1\2\0a"sv,
    "\x28\xb5\x2f\xfd\x04\x88\x25\0\0\1\2\3"sv, "\4\x22\x4d\x18\x64\x40"sv, "\4\x22\x4d\x18\x64\x40\xa7\1\0\0\x80"sv,
    "mozLz40\0"sv, "mozLz40\0\0\0\0\1\xf0{"sv, "mozLz40\0\0\0\0\1\x1f{\1\0\xff"sv, "7z\xbc\xaf\x27\x1c\0\4"sv,
    "Rar!\x1a\7\0\xcf\x90\x73\0\0\x0d\0\0\0\0\0\0\0"sv, "Rar!\x1a\7\1\0"sv, "MSCF\0\0\0\0"sv, "LZIP\1\x17"sv,
    "LZIP\1\x1d\0\x33"sv, "LZIP\1\x17\0\x18\xcc\x82\xd4\x13"sv,
    "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\5\0\0\0\1\0\0\0aaaaaaaak"sv,
    "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\5\0\0\0\1\0\0\0aaaaaaaak\x1b\x18\1\x60\x8c\xc4\x38"sv,
    "MSCF\0\0\0\0\xff\0\0\0\0\0\0\0\x24\0\0\0\0\0\0\0\3\1\1\0\1\0\0\0\0\0"sv, "/LZWDecode "sv, "/LZWDecode stream "sv,
    "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0\n"sv, "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu"sv,
    "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0\\/"sv,
    "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0\\n"sv,
    "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0\\/\\n\\n"sv,
    "HF9ueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0%2F"sv,
    "4d616e792068616e6473206d616b65206c6967687420776f726b\n"sv, "504b03044d616e792068616e6473206d616b65206c69 "sv,
    "4d616e792068616e6473206d616b65206c6967687420776f726b4\n"sv, "begin 644 a\n"sv, "begin 644 a\n#86%A\n"sv,
    "#86%A\nbegin 644 a\n#86%A\n"sv, "=ybegin name=\n"sv, "\n=ybegin name=\nabc"sv, "/ASCII85Decode stream\n"sv,
    "/ASCII85Decode/FlateDecode stream\nabc "sv, "/ASCII85Decode/FlateDecode stream\nGhQ~>"sv, "%40"sv, "a%40"sv,
    "a&#64;"sv, "&#64;&#64;a"sv, "a\\u0040"sv, "http%3A%2F%2F"sv, "http%3A%2F%2Fa%2F"sv, "a:\\/\\/"sv, "a%2540"sv,
    "a</w:t></w:r>"sv, "a</w:t></w:r><w:t>"sv, "a</w:t></w:r><w:t>b"sv, "a@</w:t></w:r><w:x/><w:t>b"sv,
    "a</w:t></w:r><w:x/>"sv, "a@b</text:span>"sv, "a@b</text:span><text:span>"sv, "<r><t>1234567</t></r>"sv,
    "a</text:span><"sv, "a<b>@"sv, "<b>a@"sv, ">@"sv, "<b>@</b>a"sv, "a@a<b>"sv, "1<b>"sv, "1<span>"sv, "1</b> "sv,
    "+1 <b>"sv, "a<wbr>"sv, "a&shy;"sv, "a\xc2\xad"sv, "a@a&shy;a."sv, "://a<wbr>"sv, "{a}@"sv, "\\b a@"sv,
    "{\\b a}@"sv, "a@{\\b "sv, "1\\b "sv, "1}{\\"sv, "1}{\\b "sv, "\\htmlrtf a@"sv, "a@{\\*\\htmltag"sv,
    "1 <b><b><b>"sv,
    "1<b aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>"sv,
    "aaaaaaaaaaaaaaaa%41%41%41%41%41"sv, "\x1f\x9d\x90"sv, "\x1f\x9d\x90\x61\xc4\x04\x1c\x38\x06\x20\x00\x00"sv,
    "6bTpzujg6/Xl7e7rIGcg6/Xl7e7rIOHw9fTo7/oga/Dg6/Xl7e7rIOHw\n\n"sv,
    "6bTpzujg6/Xl7e7rIGcg6/Xl7e7rIOHw9fTo7/oga/Dg6/Xl7e7rIOHw "sv,
    "6bTpzujg6/Xl7e7rIGcg6/Xl7e7rIOHw9fTo7/oga/Dg6/Xl7e7rIOHw\\/"sv, "e9b4e9cee8e0ebf5e5edeeeb20e1f0f5f4e8eff8 "sv,
    "\x1f\x9d\x90\x61\xc4\x8c\x21\x53\xc6\xcc\x19\x34\x69\xd4\xac\x61\xd3\xc6\xcd\x1b\x38"sv,
    "\x1f\x9d\x90\x61\x02\x0a\x1c\x48\xb0\xa0\xc1\x83\x08\x13\x2a\x5c\xc8\xb0\xa1\xc3\x87\x10\x23\x4a\x9c\x48\xb1\xa2\xc5\x8b\x18\x33\x6a\xdc\xc8\xb1\xa3\xc7\x8f\x20\x43\x8a\x1c\x49\xb2\xa4\xc9\x93"sv,
    "\x50\x4b\x03\x04\x3f\x00\x00\x00\x62\x00\xd5\x00\x81\x5d\x46\xba\xc7\x7c\x0b\x00\x00\x00\x3c\x00\x00\x00\x07\x00\x00\x00\x61\x33\x30\x2e\x74\x78\x74\x07\x00\x61\x03\x63\x78\x88\x08\x4a\x00\x00"sv,  // a member packed with PPMd
    "\x50\x4b\x03\x04\x3f\x00\x00\x00\x62\x00\xd5\x00\x81\x5d\x46\xba\xc7\x7c\x0b\x00\x00\x00\x3c\x00\x00\x00\x07\x00\x00\x00\x61\x33\x30\x2e\x74\x78\x74\x07\x00\x61\x03\x63\x78\x88\x01\x02\x03\x04"sv,  // … and a broken one
    "0000: 41 41 41 41 41 41 41 41\n"sv, "0000: 4141 4141 4141 4141\n0008: 4141 4141 4141 4141\n0010: 41\n"sv,
    "0000: 41 41 41 41 41 41 41 41\n*\n"sv, "0000: 41 41 41 41 41 41 41 41\n*\n1000: 41\n1001: 41\n"sv,
    "0000  41 41 41 41 41 41 41 41 "sv, "a\0\0\0b\0\0\0"sv, "\0\0\0a\0\0\0b"sv, "!\0\0\0b\0\0\0\xff\xff\xff\xff"sv,
    "a\0\0\0b\0\0\0c\0\0\0d\0\0\0e\0\0\0f\0\0\0g\0\0\0h\0\0\0\1\1\1\1"sv, "1\0\xa0\0"sv, "1\0\x10\x20"sv,
    "\0"
    "1\x20\x10"sv,
    "1\0\xa0\0"
    "2\0a\0"sv,
    "1234567\xa0"sv,
    // addresses and hosts
    "aX.bY."sv, "a@aX.bY."sv, "@aaa."sv, "@"sv, "a@"sv, "a@a.com@"sv, "a@a.de"sv,
    "\x81"
    "Fa@b.de"sv,
    "\x81"
    "Fa@b.de "sv,
    "\x81\x40\x81"
    "Fa@b.de "sv,
    "\xe9sa@b.de"sv,
    "\x81\x40\x81"
    "F1.1.1.1"sv,
    "\x81"
    "F4111111111111111 "sv,
    "a%22@b.de"sv, "==========@b.de"sv, "a=b@c.de="sv, "$a@b.de"sv, "\"a b c d e f\"@a."sv, "xn--a.xn--b@"sv,
    "a@xn--mller-kva.de "sv, "\xe4\xb8\xad\xe6\x96\x87@"sv, "\xc3\xbc@\xc3\xbc."sv, "http://"sv, "http://a"sv,
    "http://a.com/"sv, "http://a.com/("sv, "http://a:b@"sv, "www."sv, "www.a."sv, "wwww.a.de"sv,
    // mail
    "From: a\n"sv, "\nFrom:a"sv, "From:\n a\n"sv, "To:a\n "sv, "\n \n"sv, "Subject:a\n b\n"sv, "X-A: b\n"sv,
    "Received: from x\n\tby y\n"sv, "Message-ID: <a@b>\n"sv, "<a@b>"sv, "<a1111111111111@b>\n "sv,
    // numbers
    "0123456789abcdef"sv, "1"sv, "4"sv, "4111111111111111"sv, "4111 1111 1111 1111 "sv, "4111 "sv, "A"sv, "F"sv,
    "FFFF "sv, "a"sv, ":"sv, "1:"sv, "fe80::"sv, "2000:"sv, "1.1."sv, "1.1.1.1"sv, "1."sv, "\t5.6.7.108"sv,
    "\t5.6.7.108\n"sv, "a\t1.1\n\t\t5.6.7.108\n"sv, "5.6.7.108 "sv, "5.6.7.108 5.6.7 "sv, "\n10.3.14.1 a\nb\nc"sv,
    "\n10.3.14.1 "sv, "(>= 5.6.7.108)"sv, "+1"sv, "+1 "sv, "+49 89 32168123 "sv, "001"sv, "tel 0049 89 32168123 "sv,
    "303-497-3000 "sv, "(303) "sv, "tel 0301234 "sv, "fax 0301234 +49 89 32168123 "sv, "tel 030.1.2.3.4 b@b.de "sv,
    "tel 030 1 2 3 4 5 6 www.b.de germany "sv, "tel 030 1 2 3 4 Wien Berlin CH-8001 A "sv, "Tel 0301234 Bern "sv,
    "\xd1\xe5\xeb 0301234"sv, "\xe5\xeb"sv, "тел 0301234 Київ "sv, "手机"sv, "手机1"sv, "1@c.us"sv,
    "4915112345678@s.whatsapp.net "sv, "+4953-09709"sv, "+4906-11631 "sv, "4111111111111111\n"sv,
    "4111111111111112\n"sv, "DE89 3704 0044 0532 "sv, "NO1111111111111"sv, "?31DE89370400440532013000?32 "sv, "IBAN"sv,
    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed,"sv, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed 0x"sv,
    "\"address\":\"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\""sv, "00:0c:29:ab:cd:3e:\n"sv,
    "00:0c:29:ab:cd:3e                    "sv,

    "DE89370400440532013000 "sv, "00:11:22:33:44:55:"sv, "00:0c:29:ab:cd:3e "sv, "00-11-"sv,
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"sv, "S-1-5-21-1-1-1-"sv, "S-1-5-21-1-1-1 "sv, "-1-"sv, "ssh-rsa AAAA"sv,
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC"sv, "-----BEGIN PGP MESSAGE-----\n"sv, "-----BEGIN PGP MESSAGE-----\n\n"sv,
    "key FFFFFFFFFFFFFFFF "sv, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed "sv, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa "sv,
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 "sv,
    // coins, persons, devices, places, networks, keys
    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A "sv,
    ")#00000000"sv, "wpkh(())#qqqqqqqq"sv, "(((((((())#00000000"sv, "ltc1qqqqqqqqqqq"sv, "xpub11111111111111111111"sv,
    "BSN "sv, "BSN 1"sv, "IMEI 1 2 3 4 5 6 "sv, "IMEI 490154203237518 "sv, "DNI 12345678Z "sv, "RSSMRA85T10A562S "sv,
    "VIN 1M8GDM9AXKP042788 "sv, "756.9217.0769.85 "sv, "facebook.com/"sv, "x.com/"sv, "x.com/a"sv,
    "fb.com/joe.bloggs "sv, "youtube.com/"sv, "discord.com/users%2F"sv, "t.me/%"sv, "skype:a"sv,
    "http://google.com/search?q="sv, "http://google.com/search?"sv, "http://bing.com/search?&&&&"sv,
    "www.google.com/search?q=a "sv, "USBSTOR\\Disk&Ven_"sv, "MachineGuid"sv,
    "MachineGuid 5f6f2c9e-8d5a-4c3e-9b0f-0a1b2c3d4e5f "sv, "android_id"sv, "android_id="sv, "geo:"sv, "geo:1.1,1.1 "sv,
    "<coordinates>"sv, "<coordinates> 1.1,1.1"sv, "<trkpt "sv, "/maps/@"sv, "BEGIN:VCARD"sv,
    "BEGIN:VCARD\nVERSION:3.0\nFN:a\n"sv, "ssid=\""sv, "\nssid=\"a\"\n"sv, "<SSIDConfig>"sv, "<essid >"sv, ",[WPA"sv,
    "<essid >a</essid><BSSID>"sv, " (at) "sv, "a(at)a"sv, "a(at)a(dot)"sv, "a.(at)a.a.a.a.a.a"sv,
    "-----BEGIN PRIVATE KEY-----"sv, "-----BEGIN PRIVATE KEY-----\nMEQC"sv,
    "\x30\x82\x10\x00\x30\x82\x10\x00\xa0\x03\x02\x01\x02"sv, "\x30\x82\x10\x00\x02\x01\x00\x02\x81\x80"sv,
    "\x45\x00\x00\x1c\x00\x00\x40\x00\x40\x11\x00\x00"sv, "\x86\xdd\x60"sv, "\xd4\xc3\xb2\xa1\x02\x00\x04\x00"sv,
    "\x0a\x0d\x0d\x0a\x00\x00\x00\x00\x4d\x3c\x2b\x1a"sv, " HTTP/1.1\n"sv, "GET / HTTP/1.1\n"sv,
    "GET / HTTP/1.1\na:b\n"sv, "GET / HTTP/1.1\nHost: a.de\nCookie: a=b\n"sv, "HTTP/1.1 200 "sv,
    "HTTP/1.1 200 \na:b\n"sv, "HTTP/1.1 200 OK\nDate: a\nSet-Cookie: a=b; domain=a.de\n"sv,
    // rows of a database
    "\x05\x00\x35\x1b\x01http://a.de/"sv, "\x02\x00\x02\x00http://a.de/"sv,
    // structures
    "\xff\xd8\xff\xe0"sv, "\xff\xd8\xff\xe0\0\4aa\xff\xda\0\4aa"sv,
    "\xff\xd8\xff\xe1\0\2\xff\xc0\0\x0b\x08\0\1\0\1\1\1\1\1\xff\xda\0\2"sv, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv,
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\1\0\0IDAT"sv,
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\0IDAT\0\0\0\0"sv, "GIF89a"sv,
    "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\xff"sv, "GIF87a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1"sv, "%PDF-1.4"sv,
    "%PDF-1.4 1 0 obj %%"sv, "%PDF-1.4 %%EOF 1 "sv, "%%EOF%"sv,
    "PK\3\4\x14\0\x08\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a"sv,
    "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0aPK\1\2"sv, "PK\7\x08PK\3\4\0\0"sv,
    "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,
    "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3e\0\3\0\xfe\xff\x09\0\6\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"sv,
    "\0\0\0\x10"
    "ftypisom\0\0\0\0"sv,
    "\0\0\0\x10"
    "ftypisom\0\0\0\0\0\0\0\x08"
    "free"sv,
    "\x7f"
    "ELF\2\1\1\0"sv,
    "MZPE\0\0\x64\x86"sv, "PE\0\0\x4c\1"sv, "SQLite format 3\0"sv, "FILE0\0"sv, "FILE0\0\3\0"sv,
    "FILE\x30\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\x38\0\1\0\0\4\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
    "INDX\x28\0\x09\0"sv, "INDX\x28\0\x11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\0\x10\0\0\xe8\x1f\0\0"sv,
    "RCRD\x28\0\x09\0"sv, "RSTR\x1e\0\x09\0"sv, "\0\0\x02\0\x3c\0"sv, "\0\0\x02\0\x4c\0"sv, "ElfFile\0"sv,
    "ElfChnk\0"sv, "ElfChnk\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\x80\0\0\0"sv,
    "\x4c\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv,
    "\x4c\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x1c\0\0\0"sv,
    "\x1e\0\0\0SCCA"sv, "MAM\4"sv, "MAM\4\0\0\1\0"sv, "MAM\4\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0"sv, "regf"sv,
    "regf\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"sv, "hbin"sv, "hbin\0\0\0\0\0\x10\0\0"sv, "\xff\xffnk\x20\0"sv,
    "\0\0nk\x20\0"sv, ".          \x10"sv,
    ".          \x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0..         \x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
    "II*\0"sv, "MM\0*\0\0\0\x08"sv, "II*\0\x08\0\0\0\1\0\x10\1\2\0\3\0\0\0K1\0\0"sv,
    "II*\0\x08\0\0\0\2\0\x10\1\2\0\3\0\0\0K1\0\0\x69\x87\4\0\1\0\0\0\0\0\0\0"sv,
    "II*\0\0\1\0\0\1\0\x10\1\2\0\3\0\0\0\xff\xff\0\0"sv, "\x81\x81xpress"sv, "\1\0\x10\x40\x10\0\0\0\0\0\0\0"sv,
    "\1\xff\xff\x80\x1f\0\0\0\0\0\0\0"sv, "\x81\x81xpress\xff\xff\xff\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
    "MAM\x84\0\0\1\0\0\0\0\0\xff\xff\xff"sv, "\x03\xb0\x02\0\xfc\x0f"sv, "\x0d\0\0\0\1\0\x0a\0"sv,
    "\x0d\x01\x81\x48\x81\x48\x01\x01"sv, "\x0d\0\x10\0\x7f\0\x10\0"sv, ".iwa\0\3\0\0\1\0a"sv,
    "\x20\4\3\0\1\1\4\xf1\xff"sv, "\x08\4\3\0\1\1\4\xf1\xff"sv, "\xff\6\0\0sNaPpY\1\5\0\0\1\2\3\4a"sv, "bplist00"sv,
    "bplist00\x50\x50"sv, "bplist00\xa1\1Qa\x08\x0a"sv, "ElfChnk\0"sv, "\x3c\0"sv,
    "L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\xfd\0\0\0"sv,
    "hbin\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xf8\xff\xff\xffvk"sv,
    "\xe0\xff\xff\xffvk\4\0\4\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0abcd"sv,
    "PK\3\4\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\3\0\0\0\1\0\0\0aabc"sv,
    "PK\3\4\x0a\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0aabc"sv,
    "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\5\0\0\0\4\0\0\0\1\2\3\4\0\0\0\0http"sv,
    ".iwa\0\3\0\0\1\0a\0\xc0\x0b\0\x80\x80\4\xf4\xa0\x0b"sv,
    // UTF-16 on the brink
    "a\0b\0c\0d\0e\0\x01\x02"sv, "a\0b\0"sv, "\0a\0b\1\1"sv, "a\0\n\0"sv};

std::string repeated(std::string_view unit, size_t size) {
  std::string out;
  while (out.size() < size) out += unit;
  return out;
}

std::string random_signs(std::string_view signs, size_t size) {
  std::mt19937_64 random(5);
  std::string out(size, '\0');
  for (char& c : out) c = signs[random() % signs.size()];
  return out;
}

std::string random_bytes(size_t size) {
  std::mt19937_64 random(6);
  std::string out(size, '\0');
  for (char& c : out) c = char(uint8_t(random()));
  return out;
}

// In lines of that length, or one.
std::string base64_of(std::string_view bytes, size_t line) {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0, written = 0; i + 3 <= bytes.size(); i += 3) {
    const uint32_t bits =
        uint32_t(uint8_t(bytes[i])) << 16 | uint32_t(uint8_t(bytes[i + 1])) << 8 | uint8_t(bytes[i + 2]);
    for (unsigned shift : {18u, 12u, 6u, 0u}) {
      out += signs[bits >> shift & 63];
      if (line > 0 && ++written % line == 0) out += '\n';
    }
  }
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", uint8_t(c));
  return out;
}

std::string widened(std::string_view text) {
  std::string out(text.size() * 2, '\0');
  for (size_t i = 0; i < text.size(); ++i) out[2 * i] = text[i];
  return out;
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t short_size = 64 * KiB, size = 256 * KiB, small_size = 16 * KiB;
constexpr double patience = 60;  // each decoder's memory is had and given back under watch
#else
constexpr size_t short_size = MiB, size = 4 * MiB, small_size = 128 * KiB;
constexpr double patience = 3;  // a machine that others use as well gives a third of itself, and quadratic is more
#endif

// What an idle machine keeps is 20 MB/s of the page and of what it unpacks to, and 4 microseconds for what is really
// found (docs/performance.md says where it does not; WEFT_SHOW_SPEED=1 prints what this one gives). This asks for the
// order of it only: a cost that grows with the square of a page is ten times and more above.
constexpr double least_speed = 12e6, most_of_feature = 6e-6, most_at_once = 2e-3;
// An address between zeros may stand in a row of a database, and each is looked at as such.
constexpr double least_speed_of_rows = 4e6;

void expect_linear(const Rules& rules, std::string_view bytes, std::string_view what, double least = least_speed) {
  // As for a whole page.
  Limits limits;
  limits.decoded_page = bytes.size() * 4;
  limits.decoded_vain = bytes.size() * limits.decoded_vain / limits.page;
  double seconds = 0, most = 0, all = 0;
  size_t found = 0;
  // Once more when it was too slow, later each time: what a thread keeps it has asked for then, and who was in our way
  // may be gone. The least time is the truest.
  for (int tries = 0; tries < 8 && (tries == 0 || seconds > most); ++tries) {
    if (tries > 1) std::this_thread::sleep_for(std::chrono::milliseconds(25 << tries));
    Scan scan(rules, limits);
    NoWatch watch;
    Results results;
    const double start = thread_seconds();
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
    const double taken = thread_seconds() - start;
    seconds = tries == 0 ? taken : std::min(seconds, taken);
    found = results.features.size() + results.problems.size();
    all = double(bytes.size() + scan.decoded());
    most = patience * (most_at_once + all / least + double(found) * most_of_feature);
  }
  if (std::getenv("WEFT_SHOW_SPEED"))
    fmt::print("{:7.1f} MB/s {:7} found {:7.2f} us each  {}\n", all / seconds / 1e6, found,
               found > 0 ? seconds / double(found) * 1e6 : 0.0, printable(what).substr(0, 70));
  EXPECT_LT(seconds, most) << printable(what) << ": " << bytes.size() << " bytes, " << found << " found";
}

TEST(Hostile, RepeatedStartsCostNoMoreThanTheirSize) {
  const Rules& rules = all_rules();
  for (std::string_view unit : units) {
    const std::string bytes = repeated(unit, short_size);
    expect_linear(rules, bytes, unit);
    expect_linear(rules, widened(std::string_view(bytes).substr(0, short_size / 4)), unit);
  }
}

// The same where other bytes stand between: zeros, letters, noise.
TEST(Hostile, SpacedStartsCostNoMoreThanTheirSize) {
  const std::string noise = random_bytes(64);
  for (std::string_view unit : units)
    for (size_t step : {8, 16, 64}) {
      if (unit.size() >= step) continue;
      for (const std::string& between : {std::string(step, '\0'), std::string(step, 'a'), noise})
        expect_linear(all_rules(), repeated(std::string(unit) + between.substr(0, step - unit.size()), small_size),
                      fmt::format("every {}, {}: {}", step, printable(between.substr(0, 1)), unit),
                      between.front() == '\0' ? least_speed_of_rows : least_speed);
    }
}

// What a scanner finds, over and over; and the same with one sign changed, so that most of what is checked last fails.
TEST(Hostile, ExamplesCostNoMoreThanTheirSize) {
  for (const Scanner* scanner : scanners())
    for (const Example& example : scanner->examples) {
      std::string text(example.text);
      expect_linear(all_rules(), repeated(text + " ", small_size), fmt::format("{}: {}", scanner->name, text));
      const auto last = std::find_if(text.rbegin(), text.rend(), [](char c) { return is_alnum(c); });
      if (last == text.rend()) continue;
      *last = *last == '7' ? '2' : '7';
      expect_linear(all_rules(), repeated(text + "\n", small_size), fmt::format("{}, wrong: {}", scanner->name, text));
    }
}

// The starts of decoders, written as letters, and the other way round.
TEST(Hostile, NestedStartsCostNoMoreThanTheirSize) {
  for (std::string_view unit : units) {
    const std::string bytes = repeated(unit, small_size / 4);
    expect_linear(all_rules(), base64_of(bytes, 0), fmt::format("base64: {}", unit));
    expect_linear(all_rules(), base64_of(bytes, 76), fmt::format("lines of base64: {}", unit));
    expect_linear(all_rules(), repeated(base64_of(repeated(unit, 64), 0) + "\n", small_size),
                  fmt::format("pieces of base64: {}", unit));
    expect_linear(all_rules(), hex_of(bytes), fmt::format("hex: {}", unit));
    std::string escaped;
    for (char c : bytes.substr(0, small_size / 8)) escaped += fmt::format("%{:02X}", uint8_t(c));
    expect_linear(all_rules(), escaped, fmt::format("escaped: {}", unit));
  }
}

// What is looked for on a grid, at every place of it.
TEST(Hostile, GridsCostNoMoreThanTheirSize) {
  const Rules& rules = all_rules();
  // Words that are sums as those of a key schedule, and never one.
  std::string sums = "\1\2\4\x08\2\4\x08\1\4\x08\1\2\x08\1\2\4";
  while (sums.size() < short_size) sums += char(uint8_t(sums[sums.size() - 16]) ^ uint8_t(sums[sums.size() - 4]));
  expect_linear(rules, sums, "sums of words");
  // The trailer of a block of a mail store, of both forms, with a wrong checksum.
  const std::string front(48, '\0');
  expect_linear(rules, repeated(front + "\xf0\x1f\0\0\0\0\0\0\4\0\0\0\0\0\0\0"s, short_size), "long blocks");
  expect_linear(rules, repeated(front + "\0\0\0\0\xf0\x1f\0\0\4\0\0\0\0\0\0\0"s, short_size), "old blocks");
  // A chunk of NTFS that unpacks to 4 KiB, and nothing behind it; one that breaks off where it is nearly full.
  const std::string nothing(504, '\xff');
  expect_linear(rules,
                repeated("\x03\xb0\x02"
                         "a\xfc\x0f\xff\xff" +
                             nothing,
                         short_size),
                "lone chunks");
  expect_linear(rules,
                repeated("\x03\xb0\x02"
                         "a\xfb\x0f\xff\xff" +
                             nothing,
                         short_size),
                "broken chunks");
}

// Strings of a workbook, each with something behind it that no layer says; and such as look like a table of sectors.
TEST(Hostile, StringsOfAWorkbookCostNoMoreThanTheirSize) {
  const auto record = [](std::string_view id, const std::string& content) {
    return std::string(id) + char(uint8_t(content.size())) + char(uint8_t(content.size() >> 8)) + content;
  };
  const auto strings = [&](const std::string& content) {
    return record("\xfc\0"sv, "\xff\xff\x0f\0\xff\xff\x0f\0"s + content) +
           repeated(record("\x3c\0"sv, content), short_size);
  };
  expect_linear(all_rules(), strings(repeated("\4\0\x08\1\0aaaa1234"s, 8216)), "strings with runs");
  expect_linear(all_rules(), strings("\x08\0\1aaaaaaaaaaaaaaaa"s + "\0\x10\0"s + std::string(4096, '\xff')), "ones");
}

// Pages of a database whose last cell is wrong, one in the other.
TEST(Hostile, PagesInPagesCostNoMoreThanTheirSize) {
  std::string pages(short_size, '\0');
  for (size_t at = 0; at < pages.size(); at += 512) {
    constexpr size_t cells = 200;  // as many as their places have room for
    std::string page("\x0d\0\0\0\0\xf0\0\0", 8);
    page[4] = char(cells);
    for (size_t i = 0; i < cells; ++i) {
      const size_t place = 0xf000 + i * 8 + (i + 1 == cells ? 4 : 0);
      page += char(place >> 8), page += char(place);
    }
    pages.replace(at, page.size(), page);
  }
  expect_linear(all_rules(), pages, "pages in pages");
}

// Pages of a database all of whose cells are one, which goes on elsewhere and has columns for nothing, many of them.
TEST(Hostile, CellsThatAreOneCostNoMoreThanTheirSize) {
  constexpr size_t page_size = 64 * KiB, head = 3 + 1 + 3, here = page_size - 35 - 16 * KiB;
  const auto big = [](size_t value, size_t bytes) {
    std::string out;
    while (bytes-- > 0) out += char(uint8_t(value >> 8 * bytes));
    return out;
  };
  const auto varint = [](size_t value) {
    return std::string{char(0x80 | value >> 14), char(0x80 | (value >> 7 & 0x7f)), char(value & 0x7f)};
  };
  const size_t least = (page_size - 12) * 32 / 255 - 23, payload = here + page_size - 4;
  ASSERT_EQ(least + (payload - least) % (page_size - 4), here);
  std::string pages;
  while (pages.size() < 16 * page_size) {
    std::string one(page_size, '\x08');
    const bool is_first = pages.empty();
    const size_t begin = is_first ? 100 : 0, cell = page_size - head - here - 4, cells = (cell - begin - 8) / 2;
    if (is_first) one.replace(0, 100, "SQLite format 3\0\0\1\1\1\0\x40\x20\x20"s + std::string(76, '\0'));
    one.replace(begin, 8, "\x0d\0\0"s + big(cells, 2) + big(cell, 2) + "\0"s);
    for (size_t i = 0; i < cells; ++i) one.replace(begin + 8 + 2 * i, 2, big(cell, 2));
    one.replace(cell, head, varint(payload) + "\1"s + varint(payload));
    one.replace(page_size - 4, 4, "\xff\xff\xff\xff"s);
    pages += one;
  }
  expect_linear(all_rules(), pages, "cells that are one");
}

// Bins of a registry hive whose values all hold the same, and all of the bin.
TEST(Hostile, BinsCostNoMoreThanTheirSize) {
  const auto number = [](size_t value) {
    return std::string{char(value), char(uint8_t(value >> 8)), char(uint8_t(value >> 16)), char(value >> 24)};
  };
  for (const size_t bin : {4 * KiB, MiB}) {
    const std::string value = "\xe0\xff\xff\xffvk\4\0"s + number(bin - 64) + number(32) + "\1\0\0\0\1\0\0\0abcd"s;
    std::string bins;
    while (bins.size() < short_size)
      bins += "hbin" + number(bins.size()) + number(bin) + std::string(20, '\0') + number(bin - 32) +
              std::string(28, '\0') + repeated(value, bin - 64).substr(0, bin - 64);
    expect_linear(all_rules(), bins, fmt::format("bins of {}", bin));
  }
}

// Pages of an ESE database in which the last sum is wrong, one in the other; and values that unpack to much.
TEST(Hostile, PagesOfEseCostNoMoreThanTheirSize) {
  const auto two = [](size_t value) { return std::string{char(value), char(uint8_t(value >> 8))}; };
  const auto head = [&](size_t free, size_t data, size_t tags) {
    return std::string(28, '\0') + two(free) + two(0) + two(data) + two(tags) + "\x02\x28\1\0"s;
  };
  for (const size_t tags : {500, 1000, 4095}) {
    const std::string one = head(1, 0, tags);
    expect_linear(all_rules(), repeated(one + std::string(512 - one.size(), '\0'), short_size), "pages in pages");
  }
  const std::string line = "\0\0\1\x7f\4\0\0\1\4\x40\3\x18\xff\xff\0\0\0\x40"s + "a\7\0\xff\0\0\xff\xff"s;
  std::string data, tags = two(0) + two(0);
  while (40 + data.size() + tags.size() + line.size() + 4 <= 4096) {
    tags = two(line.size()) + two(data.size()) + tags;
    data += line;
  }
  const size_t free = 4096 - 40 - data.size() - tags.size();
  expect_linear(all_rules(),
                repeated(head(free, data.size(), tags.size() / 4) + data + std::string(free, '\0') + tags, short_size),
                "values that unpack to much");
}

// Heaps of a mail store at every place where one may begin, each with as many items as can be and the last one wrong.
TEST(Hostile, HeapsCostNoMoreThanTheirSize) {
  const auto two = [](size_t value) { return std::string{char(uint8_t(value)), char(uint8_t(value >> 8))}; };
  constexpr size_t items = 2000, step = 4 * KiB;
  std::string heap(step, '\0');
  for (size_t at = 0; at < step; at += 64) heap.replace(at, 2, two(2 * step - at));
  std::string map = two(items) + two(0);
  for (size_t i = 0; i <= items; ++i) map += two(i + 2 < items ? 2 : i < items ? 1 : 2 * step);
  map.resize(step);
  expect_linear(all_rules(), repeated(heap + std::string(step, '\0') + map, short_size), "heaps");
}

// Pages of keys that are all one, whose head is long; and pages that are as they should be, full of short columns.
TEST(Hostile, KeysCostNoMoreThanTheirSize) {
  const auto two = [](size_t value) { return std::string{char(value >> 8), char(value)}; };
  constexpr size_t key = 32 * KiB, step = 512, cells = 240;
  std::string group;
  for (size_t at = 0; at < key; at += step) {
    group += "\x0a\0\0"s + two(cells) + two(key - at) + "\0"s;
    for (size_t i = 0; i < cells; ++i) group += two(key - at);
    group.resize(at + step);
  }
  group += "\x81\xc0\0\x81\xc0\0"s + std::string(24 * KiB - 3, '\x08');
  group.resize(64 * KiB);
  expect_linear(all_rules(), repeated(group, short_size), "keys that are one");

  const auto page_of = [&](std::string_view column, size_t page_size) {
    const size_t columns = 100 / (column.size() + 1);  // so that the row's size takes a byte
    const std::string types(columns, char(13 + 2 * column.size()));
    const std::string row = char(columns + 1) + types + repeated(column, columns * column.size());
    const std::string cell = char(row.size()) + row;
    const size_t count = (page_size - 12) / (cell.size() + 2);
    std::string page = "\x0a\0\0"s + two(count) + two(page_size - count * cell.size()) + "\0"s;
    for (size_t i = 0; i < count; ++i) page += two(page_size - (i + 1) * cell.size());
    page.resize(page_size - count * cell.size());
    for (size_t i = 0; i < count; ++i) page += cell;
    return page;
  };
  for (const std::string_view column : {"a@b."sv, "a@b.cx"sv, "a@b.de"sv, "www.a."sv, "1.1.1."sv, "\0\0\0\0\0\0"sv,
                                        "a\0b\0@\0"sv, "a\0@\0b\0.\0c\0c\0"sv})
    for (const size_t page_size : {size_t(512), size_t(4 * KiB), size_t(32 * KiB)})
      expect_linear(all_rules(), repeated(page_of(column, page_size), short_size),
                    fmt::format("columns of {}", column));
}

// Documents: whole ones, next to nothing each; what only has their ends; one whose structure is wrong, or large, or
// leads in circles.
TEST(Hostile, DocumentsCostNoMoreThanTheirSize) {
  const Rules& rules = all_rules();
  const auto expect = [&](const std::string& bytes, std::string_view what) { expect_linear(rules, bytes, what); };
  const std::string small = pdf_file(pdf_page("", ""));
  expect(repeated(small, short_size), "empty documents");
  expect(repeated(pdf_file(pdf_page("BT (a@b.de) Tj ET", "")), short_size), "documents of an address");
  expect(repeated("%PDF-1.4 startxref 0 %%EOF ", short_size), "ends of documents");
  expect(repeated("%PDF-1.4 trailer <</Root 1 0 R>> startxref 0 %%EOF ", short_size), "trailers");
  const auto broken = [](std::string_view between) {
    return "%PDF-1.4\n" + repeated(between, short_size) + "\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n";
  };
  for (const std::string_view unit :
       {"1 0 obj\n"sv, "1 0 obj <</Type/Page>> endobj\n"sv, "[ "sv, "<</A "sv, "1 0 obj << /Length 9 >> stream\n"sv,
        "xref\n0 1\n"sv, "trailer\n"sv, "1 0 obj <</Type/ObjStm/N 9/First 9/Length 9>> stream\nendstream endobj\n"sv,
        "startxref\n0\n"sv, "(a"sv, "<41"sv, "1 0 R "sv})
    expect(broken(unit), fmt::format("in a document: {}", unit));
  std::vector<std::string> objects = pdf_page(repeated("BT (a b) Tj ET ", 2000), "/XObject << /X 4 0 R >>");
  objects[1] = "<< /Type /Pages /Count 9999 /Kids [" + repeated("3 0 R ", short_size / 2) + "] >>";
  expect(pdf_file(objects), "one page over and over");
  objects[1] = "<< /Type /Pages /Count 9999 /Kids [" + repeated("2 0 R ", short_size / 2) + "] >>";
  expect(pdf_file(objects), "pages in themselves");
  std::vector<std::string> chain = {"<< /Type /Catalog /Pages 2 0 R >>"};
  while (chain.size() < 2000)
    chain.push_back(fmt::format("<< /Type /Pages /Count 1 /Kids [{} 0 R] >>", chain.size() + 2));
  expect(pdf_file(chain), "a chain of pages");
  std::vector<std::string> forms = pdf_page(repeated("/X Do ", 100), "/XObject << /X 5 0 R >>");
  for (size_t i = 0; i < 8; ++i)
    forms.push_back(pdf_stream(repeated("/X Do ", 1000),
                               fmt::format("/Subtype /Form /Resources << /XObject << /X {} 0 R >> >>", i + 6)));
  expect(pdf_file(forms), "forms in forms");
  expect(pdf_file(pdf_page(repeated("<0003> Tj ", short_size), "/Font << /F1 5 0 R >>")), "glyphs of no font");
  std::vector<std::string> glyphs = pdf_page_of_glyphs("anna");
  glyphs[3] = pdf_stream("BT /F1 9 Tf " + repeated("<00030004> Tj 0 -9 Td ", short_size));
  expect(pdf_file(glyphs), "glyphs");
  glyphs[6] = pdf_stream(repeated("1 beginbfrange <0000> <ffff> <0041> endbfrange ", short_size));
  expect(pdf_file(glyphs), "ranges of glyphs");
}

TEST(Hostile, LongRunsCostNoMoreThanTheirSize) {
  const Rules& rules = all_rules();
  constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::string_view signs : {base64, base64.substr(0, 62), "0123456789abcdef"sv, "0123456789"sv, "0123456789 -"sv,
                                 "0123456789."sv, "0123456789abcdef:"sv, "ab@."sv, "ab@.<>"sv, "\n:abFrom"sv,
                                 "=\r\n3D"sv, "()[]TjTJ BT"sv, "\x1f\x8b\x08\0"sv, "\0aA\x01"sv})
    expect_linear(rules, random_signs(signs, size), signs);
  for (const char* unit : {"\nURL:a\r\n b", "UID:", "Content-Transfer-Encoding: base64\n", "=?utf-8?Q?",
                           "=?utf-8?B?YQ==?= ", "\nmail: a\n b", "\\u043f", "\\u043fa ", "%D0%BF+a", "&#1087; ", "\\n1",
                           "\\u0434                                  "})
    expect_linear(rules, repeated(unit, size), unit);
  expect_linear(rules, repeated("@" + std::string(62, 'a') + ".", size), "labels");
  expect_linear(rules, "http://" + std::string(size, 'a'), "long URL");
  expect_linear(rules, "http://" + repeated("a.", size), "long host");
  std::string lines = random_signs(base64, size);
  for (size_t at = 76; at < lines.size(); at += 77) lines[at] = '\n';
  expect_linear(rules, lines, "base64 lines of noise");
}

// Deflate64: a block costs what its codes do, whether anything is in it or not.
TEST(Hostile, BlocksOfNothingCostNoMoreThanTheirSize) {
  constexpr std::string_view one_code = "\x04\xa0\x80\0\0\xf2\x7f\x0d\0"sv;  // of ten bits, for the end
  std::string member = "PK\3\4\x15\0\0\0\x09\0\0\0\0\0\0\0\0\0"s;
  for (const size_t number : {size, 8 * size})
    for (unsigned shift = 0; shift < 32; shift += 8) member += char(uint8_t(number >> shift));
  expect_linear(all_rules(), member + "\1\0\0\0a"s + repeated(one_code, size), "blocks of Deflate64");
}

TEST(Hostile, TermsAndRulesCostNoMoreThanTheSize) {
  const Rules rules(Lists{{{"words", "aaa\n*aaa*\naab*\nпароль\n*пароль*\nmüller\n"}},
                          {{"rules.yar", "rule r { strings: $a = \"aaaa\" condition: $a }"}}});
  for (std::string_view unit :
       {"a"sv, "aab"sv, "a\0"sv, "aaa "sv, "a\0a\0a\0 \0"sv, "пароль"sv, "пароль "sv, "\xef\xe0\xf0\xee\xeb\xfc"sv,
        "\x04\x3f\x04\x30\x04\x40\x04\x3e\x04\x3b\x04\x4c"sv, "m\xfcller m\x81ller"sv})
    expect_linear(rules, repeated(unit, short_size), unit);  // UTF-16 that reads both ways is compared
}

}  // namespace
}  // namespace weft::scan
