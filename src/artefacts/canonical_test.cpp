#include "artefacts/canonical.h"

#include <gtest/gtest.h>

namespace weft::artefacts {
namespace {

TEST(canonical, email) {
  EXPECT_EQ(email(" Bob.Smith+news@Example.COM"), "bob.smith+news@example.com");
  EXPECT_EQ(email("post@xn--mller-kva.de"), "post@m\xC3\xBCller.de");
  EXPECT_EQ(email("\"joe\"@example.com"), "joe@example.com");
  EXPECT_EQ(email("\"john doe\"@example.com"), "\"john doe\"@example.com");
  for (const char* none : {"", "@", "a@", "@b.de", "root@localhost", "a b@c.de", "a@b..de", "a@b.de>", "a@b@c",
                           "\xff@example.com", "\"", "\"@b.de"})
    EXPECT_EQ(email(none), "") << none;
}

TEST(canonical, message_id) {
  EXPECT_EQ(message_id("<Abc.1@Mail.Host>"), "Abc.1@mail.host");
  EXPECT_EQ(message_id("a@b"), "a@b");
  for (const char* none : {"", "<>", "abc", "<a@>", "<@b>", "<a b@c>", "<a@b><c@d>"}) EXPECT_EQ(message_id(none), "");
}

TEST(canonical, phone) {
  EXPECT_EQ(phone("+49 (30) 901-820"), "+4930901820");
  EXPECT_EQ(phone("+49 (0)30 901820"), "+4930901820");
  EXPECT_EQ(phone("0049 (0)30 901820"), "+4930901820");
  EXPECT_EQ(phone("0049 30 901820"), "+4930901820");
  for (const char* none : {"", "030 901820", "+49 x", "+1", "+0123456789", "+12345678901234567", "00", "+(0)"})
    EXPECT_EQ(phone(none), "") << none;
}

TEST(canonical, mac_and_uuid) {
  EXPECT_EQ(mac("A4-5E-60-C1-22-9B"), "a4:5e:60:c1:22:9b");
  EXPECT_EQ(mac("a45e.60c1.229b"), "a4:5e:60:c1:22:9b");
  for (const char* none : {"", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "01:00:5e:00:00:fb", "a4:5e:60:c1:22"})
    EXPECT_EQ(mac(none), "") << none;
  EXPECT_EQ(uuid("{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"), "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
  for (const char* none : {"", "{}", "3f2504e04f8941d39a0c0305e82c3301", "00000000-0000-0000-0000-000000000000"})
    EXPECT_EQ(uuid(none), "") << none;
}

}  // namespace
}  // namespace weft::artefacts
