#include <gtest/gtest.h>

#include "artefacts/mime.h"
#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

// What Python's email and mailbox modules find in the same files, or exiftool in the picture inside one.
TEST(mail, real_messages) {
  struct Case {
    const char *path, *subject, *time;
    size_t messages, attachments;
  };
  const Case cases[] = {
      {"mail/eml/m0011.eml", "Test message from Microsoft Outlook 00", "2000-05-17T23:32:47Z", 1, 3},
      {"mail/eml/attachment_pdf.eml", "Another PDF with \xF0\x9F\x8E\x89 Unicode chars in it \xF0\x9F\x8D\xBF",
       "2005-05-10T17:26:39Z", 1, 1},
      {"mail/eml/attachment_message_rfc822.eml", "testing", "2005-06-06T20:21:22Z", 2, 0},
      {"mail/mbox/content-length.mbox.txt", "Re: mailusr1@navstar1 3.0b6gold #1", "1996-07-22T01:02:55Z", 44, 0},
  };
  for (const Case& it : cases) {
    auto content = evidence(it.path);
    if (!content) GTEST_SKIP() << "no " << it.path << ": set WEFT_EVIDENCE";
    Rows rows = run(parser_named("mail"), it.path, *content);
    ASSERT_EQ(records<MessageRow>(rows).size(), it.messages) << it.path;
    const MessageRow& row = records<MessageRow>(rows)[0];
    EXPECT_EQ(row.subject, it.subject);
    EXPECT_EQ(row.time ? to_text(*row.time) : "", it.time);
    size_t lines = row.attachments.empty() ? 0 : 1;
    for (char c : row.attachments) lines += c == '\n';
    EXPECT_EQ(lines, it.attachments) << row.attachments;
  }
}

// The offset of every selector of a field in the clear is where the value stands.
TEST(mail, offsets_point_to_the_values) {
  constexpr std::string_view box =
      "From x Sat Jan  1 00:00:00 2011\nReceived: by a\nFrom: <first@b-c.de>\nTo: \"A\"\n <folded@b-c.de>\nSubject: "
      "s\n\n"
      "text\n\nFrom y Sat Jan  1 00:00:00 2011\nFrom: second@b-c.de\nMessage-ID: <q.1@host>\nSubject: t\n\ntext\n";
  Rows rows = run(parser_named("mail"), "Inbox", box);
  ASSERT_EQ(rows.selectors().size(), 4u) << listing(rows);
  for (const FeatureRow& row : rows.selectors()) EXPECT_EQ(box.substr(row.offset, row.value.size()), row.value);
  ASSERT_EQ(records<MessageRow>(rows).size(), 2u);
  EXPECT_EQ(box.substr(records<MessageRow>(rows)[1].offset, 7), "From: s");
}

TEST(mail, a_text_that_quotes_a_separator_is_one_message) {
  Rows rows = run(parser_named("mail"), "Inbox",
                  "From x\nFrom: a@b-c.de\nSubject: s\n\nFrom here on it is text.\n\nFrom me: greetings\n\n"
                  ">From y\nFrom: c@d-e.de\nSubject: t\n\nEnd\n");
  EXPECT_EQ(records<MessageRow>(rows).size(), 1u);
}

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Each of these ended or stalled GMime or us once.
TEST(mail, what_nests_too_deep_is_a_problem) {
  const std::string head = "From: a@b-c.de\nSubject: x\n";
  std::string parts = head;
  for (int i = 0; i < 3000; ++i) parts += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  for (const std::string& bomb :
       {repeated(head + "Content-Type: message/rfc822\n\n", 200'000), parts,
        head + "To: " + repeated("a:", 1'000'000) + "\n\n", head + repeated("To: a@b-c.de\n", 100'000)}) {
    Rows rows = run(parser_named("mail"), "x.eml", bomb);
    EXPECT_EQ(records<MessageRow>(rows).size(), 0u);
    EXPECT_EQ(rows.problems().size(), 1u);
  }
  Rows rows = run(parser_named("mail"), "x.eml", repeated(head + "Content-Type: message/rfc822\n\n", 100));
  EXPECT_LE(records<MessageRow>(rows).size(), 20u);
  std::string many;
  for (int i = 0; i < 30'000; ++i) many += fmt::format("user{}@b-c.de, ", i);
  rows = run(parser_named("mail"), "x.eml", head + "To: " + many + "\n\n");
  EXPECT_EQ(rows.selectors().size(), 30'001u);
}

TEST(mime, text_of_html) {
  EXPECT_EQ(text_of_html("<html><style>p{}</style><p>A&nbsp;&lt;b&gt;<br>c &copy; d</p><script>x()</script>e"),
            "A <b> c &copy; d e");
  EXPECT_EQ(text_of_html("<a"), "");
  EXPECT_EQ(text_of_html("x<style>"), "x");
}

}  // namespace
}  // namespace weft::artefacts
