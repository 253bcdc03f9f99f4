#include "link/kinds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/places.h"
#include "pack/database.h"
#include "pack/scratch_test.h"

namespace weft::link {
namespace {

TEST(Kinds, AreFoundByName) {
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(find_kind(kind.name), &kind);
    EXPECT_GT(kind.validity, 0);
    EXPECT_LT(kind.validity, 1);
    EXPECT_FALSE(kind.innocent.empty());
  }
  EXPECT_EQ(find_kind("rfc822_header"), nullptr);
}

TEST(Examples, SayNothing) {
  struct Case {
    const char *kind, *value, *reason;
  };
  const Case cases[] = {
      {"email", "bob@example.com", "example value"},
      {"email", "bob@mail.example.org", "example value"},
      {"email", "bob@notexample.com", ""},
      {"email", "lena@mailbox.net", ""},
      {"email", "webmaster@firm.net", "role address"},
      {"email", "maintainer@lists.debian.org", "address of software makers"},
      {"email", "anna@silver-surfer.local", ""},
      {"email", "anna@mail.lighthouse-bureau.local", ""},
      {"email", "anna@raspberrypi.local", "default name of a machine or network"},
      {"email", "anna@MacBook-Pro.local", "default name of a machine or network"},
      {"email", "root@localhost.localdomain", "default name of a machine or network"},
      {"email", "anna@contoso.local", "default name of a machine or network"},
      {"message_id", "<20240102.1@raspberrypi.local>", ""},
      {"domain", "localhost", "example value"},
      {"domain", "firm.net", ""},
      {"url", "http://www.w3.org/x?y=1", "site of software makers"},
      {"url", "https://user@[2001:db8::1]/?a", ""},
      {"url", "https://", ""},
      {"url", "https:///?q", ""},
      {"phone", "+12125550123", "example value"},
      {"phone", "+12125560123", ""},
      {"phone", "+4930901820", ""},
      {"ipv4", "192.168.1.5", "private or reserved address"},
      {"ipv4", "172.32.0.9", ""},
      {"ipv4", "203.0.113.9", "example value"},
      {"ipv4", "8.8.8.8", "well-known value"},
      {"ipv4", "93.184.216.34:443", ""},
      {"ipv4", "10.0.0.1:80", "private or reserved address"},
      {"ipv6", "2001:db8::7", "example value"},
      {"ipv6", "2a00:1450::7", ""},
      {"uuid", "00000000-0000-0000-0000-000000000000", "example value"},
      {"uuid", "00020810-0000-0000-c000-000000000046", "well-known value"},
      {"uuid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", ""},
      {"mac", "ff:ff:ff:ff:ff:ff", "example value"},
      {"mac", "01:00:5e:00:00:fb", "multicast address"},
      {"mac", "02:42:ac:11:00:02", "locally administered address"},
      {"mac", "a4:5e:60:c1:22:9b", ""},
      {"sid", "S-1-5-18", "well-known value"},
      {"sid", "S-1-5-21-1-2-3-500", ""},
      {"card", "411111******1111", "example value"},
      {"card", "411122******1111", ""},
      {"iban", "DE89370400440532013000", "example value"},
      {"message_id", "<1@example.com>", "example value"},
      {"message_id", "<1@firm.net>", ""},
      {"volume_serial", "00000000", "example value"},
      {"usb_serial", "0000000000000001", "example value"},
      {"usb_serial", "00000000000033", "example value"},
      {"usb_serial", "123456789012", "example value"},
      {"usb_serial", "123456789abc", "example value"},
      {"usb_serial", "1234567890ABCDEF", "example value"},
      {"usb_serial", "FEDCBA9876543210", "example value"},
      {"usb_serial", "0987654321", "example value"},
      {"usb_serial", "12121212", "example value"},
      {"usb_serial", "4C530001230514118273", ""},
      {"usb_serial", "001CC0EC346EFB5107820031", ""},
      {"usb_device_id", "General:UDisk:0000000000000001", "example value"},
  };
  for (const Case& c : cases) EXPECT_EQ(example_reason(c.kind, c.value), c.reason) << c.kind << " " << c.value;
  for (const Kind& kind : kinds())
    for (const char* odd : {"", "@", ".", "://", "::", "S", "\xff"}) example_reason(kind.name, odd);  // must not crash
}

TEST(SoftwarePath, IsTheSameInCppAndSql) {
  const std::pair<const char*, bool> cases[] = {{"usr/share/doc/x/README", true},
                                                {"/usr/share/doc/x", true},
                                                {"usr/local/bin/own.sh", false},
                                                {"Windows/System32/a.dll", true},
                                                {"WINDOWS/win.ini", true},
                                                {"Users/ann/Documents/a.doc", false},
                                                {"home/ann/usr/share/x", false},
                                                {"home/ann/p/node_modules/x/a.js", true},
                                                {"node_modules/x/a.js", true},
                                                {"Program Files/Tool/a.txt", true},
                                                {"$MFT", true},
                                                {"", false},
                                                {"photos/IMG_0001.jpg", false},
                                                {"Library/Mail/V2/x.emlx", false},
                                                {"library/Fonts/x.ttf", true}};
  pack::Scratch scratch;
  pack::Database database(scratch / "tmp", 256 * MiB);
  for (const auto& [path, software] : cases) {
    EXPECT_EQ(software_path(path), software) << path;
    EXPECT_EQ(database.value("SELECT " + software_path_sql(pack::Database::quote(path))), software ? "true" : "false")
        << path;
  }
}

}  // namespace
}  // namespace weft::link
