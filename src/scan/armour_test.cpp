// What stands in the armour of keys: user ids of OpenPGP, comments of OpenSSH. The keys were made for this test, by gpg
// and ssh-keygen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

const std::string pgp_lines =
    "mDMEaw7GyRYJKwYBBAHaRw8BAQdA3NmtY4BoTcIoVZpmcO/qyewofH55iiqIY0BR\n"
    "QS4sNA+0F0FubmEgPGFubmFAZXhhbXBsZS5jb20+iJAEExYIADgWIQTBhOBoPFel\n"
    "b31P65dpurEbhLb5GQUCaw7GyQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK\n"
    "CRBpurEbhLb5GYj0AP9wqJ1YfhBlevms60PExs4fUk3VOH9tmx21+a6/wB8MHQD9\n"
    "FKcEj/rvJfjzGxfLLFlqqLc2rXdvbYhst0nc2dWJbgo=\n"
    "=L+3l\n";

const std::string ssh_key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACD1a8TC/MOhwzehYsrJQO7EHtynGFnXMYdl73iWYY0QyAAAAJjyRVqL8kVa\n"
    "iwAAAAtzc2gtZWQyNTUxOQAAACD1a8TC/MOhwzehYsrJQO7EHtynGFnXMYdl73iWYY0QyA\n"
    "AAAED0PvUGGLZ0xBaS4UcY5dPaA/XD7VHkqb9PGLw3UysInPVrxML8w6HDN6FiyslA7sQe\n"
    "3KcYWdcxh2XveJZhjRDIAAAAEGFubmFAZXhhbXBsZS5jb20BAgMEBQ==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

// Of e-mail addresses in base64, with the bytes that unpack() makes of where they begin.
std::vector<std::string> emails(const std::string& source) {
  std::vector<std::string> out;
  for (const Found& found : scan_all(source).features) {
    if (found.kind != "email" || found.layers.find("-BASE64-") != 0) continue;
    const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
    EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, found.value.size()), found.value);
    out.push_back(found.value);
  }
  return out;
}

using ::testing::ElementsAre, ::testing::IsEmpty;

TEST(Armour, HoldsUserIds) {
  for (const std::string headers : {"\n", "Version: GnuPG v2\nComment: none\n\n"})
    for (const std::string kind : {"PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "SIGNATURE"})
      EXPECT_THAT(
          emails("key:\n-----BEGIN PGP " + kind + "-----\n" + headers + pgp_lines + "-----END PGP " + kind + "-----\n"),
          ElementsAre("anna@example.com"))
          << kind << headers;
}

TEST(Armour, HoldsCommentsOfKeys) {
  EXPECT_THAT(emails("x\n" + ssh_key), ElementsAre("anna@example.com"));
  std::string lines;
  for (char c : ssh_key) lines += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(emails(lines), ElementsAre("anna@example.com"));
}

TEST(Armour, WithoutABlockIsNone) {
  EXPECT_THAT(emails("-----BEGIN PGP PUBLIC KEY BLOCK-----"), IsEmpty());
  EXPECT_THAT(emails("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n"), IsEmpty());
  EXPECT_THAT(emails("-----BEGIN OPENSSH PRIVATE KEY-----\n" + std::string(5000, 'A')), IsEmpty());
}

}  // namespace
}  // namespace weft::scan
