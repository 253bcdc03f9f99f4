// Lines that a calendar, an address book or a directory has cut: joined, and nothing is told of their pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using testing::ElementsAre, testing::IsEmpty, testing::Not, testing::StartsWith;

// "kind value" of addresses, found in such lines and elsewhere.
std::set<std::string> found(std::string_view source, bool folded) {
  std::set<std::string> out;
  for (const Found& one : scan_all(source).features) {
    if (one.kind != "email" && one.kind != "url" && one.kind != "phone") continue;
    if (one.layers.starts_with("-FOLDED-") != folded) continue;
    out.insert(std::string(one.kind) + " " + one.value);
    if (!folded) continue;
    const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
    EXPECT_LT(layer.offset, layer.bytes.size());
  }
  return out;
}

TEST(Folded, LinesOfCalendarsAndCardsAreJoined) {
  const std::string event = "BEGIN:VEVENT\r\nUID:0401-AbC@kestrel\r\n";
  for (const std::string& source :
       {event + "ATTENDEE;CN=Anna:mailto:an\r\n na@example.com\r\nEND:VEVENT\r\n",
        event + "ATTENDEE;CN=Anna:mailto:anna@exam\r\n\tple.c\r\n\tom\r\nEND:VEVENT\r\n",
        event + "DESCRIPTION:to anna@examp\r\n le.com today\r\n",
        std::string("BEGIN:VCARD\nVERSION:3.0\nitem1.EMAIL;type=INTERNET:an\n na@example.com\nEND:VCARD\n"),
        std::string("ORGANIZER:mailto:anna@example.c\r\n om\r\n"),
        std::string("\0EMAIL:anna@exampl\r\n e.com\r\n", 29)}) {
    EXPECT_THAT(found(source, true), ElementsAre("email anna@example.com")) << source;
    EXPECT_THAT(found(source, false), IsEmpty()) << source;
  }
  EXPECT_THAT(found("URL;type=pref:http://www.example.com/a\r\n bc\r\nTEL:+49 30 39\r\n 723612\r\n", true),
              ElementsAre("phone +493039723612", "url http://www.example.com/abc"));
}

TEST(Folded, LinesOfDirectoriesAreJoined) {
  const std::string entry = "dn: cn=Anna,ou=people\nobjectClass: person\n", text(60, 'a');
  EXPECT_THAT(found(entry + "description: " + text + " an\n na@example.com\nsn: A\n", true),
              ElementsAre("email anna@example.com"));
  EXPECT_THAT(found("dn: cn=" + text + ",mail=an\n na@example.com\n", true), ElementsAre("email anna@example.com"));
  EXPECT_THAT(found("description: " + text + " an\n na@example.com\nsn: A\n", false), IsEmpty()) << "cut off";
}

// What is indented below, is another line.
TEST(Folded, LinesOfProseAreNot) {
  for (const char* source :
       {"NOTE: write to anna@example.co\n more of it\n", "NOTE: write to anna@example.co\r\n more of it\r\n",
        "x\nURL:http://example.org/\n bar\n", "Description: anna@example.co\n more of it is here\n",
        "a\ndescription: a line that is as long as such a line gets, with anna@example.co\n more of it\n",
        "BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE:anna@example.co\r\n m\r\nEND:VCARD\r\n",
        "Subject: x\r\nTo: anna@example.co\r\n m\r\n"})
    EXPECT_THAT(found(source, true), IsEmpty()) << source;
}

// The id of an event looks like an address.
TEST(Folded, IdsOfEventsAreNoAddresses) {
  for (const char* source : {"BEGIN:VEVENT\r\nUID:7kukuqrfedlm2f9t4mdh5vq1cb@google.com\r\nDTSTAMP:1\r\n",
                             "BEGIN:VEVENT\r\nUID:20070313T123432Z-4565\r\n 53@example.com\r\nDTSTAMP:1\r\n",
                             "BEGIN:VEVENT\r\nUID:abc-1@exam\r\n ple.com\r\nDTSTAMP:1\r\n",
                             "RELATED-TO:7kukuqrfedlm2f9t4mdh5vq1cb@google.com\n"}) {
    EXPECT_THAT(found(source, false), IsEmpty()) << source;
    EXPECT_THAT(found(source, true), IsEmpty()) << source;
  }
  EXPECT_THAT(found("UID:anna@example.com\n", false), ElementsAre("email anna@example.com"));
}

}  // namespace
}  // namespace weft::scan
