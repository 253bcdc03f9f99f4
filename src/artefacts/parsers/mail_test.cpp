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

std::string time_of(std::string_view date) {
  Rows rows = run(parser_named("mail"), "x.eml", fmt::format("From: a@b-c.de\nSubject: s\nDate: {}\n\ntext\n", date));
  if (records<MessageRow>(rows).size() != 1) return "no message";
  const auto& time = records<MessageRow>(rows)[0].time;
  return time ? to_text(*time) : "none";
}

TEST(mail, states_a_time_only_where_the_message_is_sure) {
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:30:00 +0100 (CET)"), "2020-03-02T22:30:00Z");
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:30:00 \n -0130"), "2020-03-03T01:00:00Z");
  EXPECT_EQ(time_of("2 Mar 20 23:30 GMT"), "2020-03-02T23:30:00Z");
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:30:00 EST"), "2020-03-03T04:30:00Z");
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:30:00 UTC"), "2020-03-02T23:30:00Z");
  EXPECT_EQ(time_of("Mon Mar  2 23:30:00 2020 +0100"), "2020-03-02T22:30:00Z");
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:30:00+0100"), "2020-03-02T22:30:00Z");
  EXPECT_EQ(time_of("Mon, 02 Mar 2020 23:59:60 +0000"), "2020-03-02T23:59:59Z");
  for (const char* none :
       {"Mon, 02 Mar 2020 11:30:00 PM +0100", "Mon, 02 Mar 2020 23:30:00 CEST", "Mon, 02 Mar 2020 23:30:00",
        "Mon, 02 Mar 2020 23:30:00 (GMT)", "Mon Mar  2 23:30:00 2020", "Mon, 02 Mar 2020", "", ":", "(", "a:b +0100"})
    EXPECT_EQ(time_of(none), "none") << none;
}

TEST(mail, reads_encoded_words_with_bytes_that_are_not_encoded) {
  Rows rows = run(parser_named("mail"), "x.eml",
                  "From: z@b-c.de\nTo: Heinz =?iso-8859-1?Q?M\xFCller?= <m@b-c.de>\nSubject: "
                  "=?iso-8859-1?Q?Fr\xF6"
                  "sche_=26?= =?utf-8?q?_a?= =?x?Q?\xF6\n\ntext\n");
  ASSERT_EQ(records<MessageRow>(rows).size(), 1u);
  EXPECT_EQ(records<MessageRow>(rows)[0].recipients, "Heinz M\xC3\xBCller <m@b-c.de>");
  EXPECT_TRUE(records<MessageRow>(rows)[0].subject.starts_with("Fr\xC3\xB6sche & a"))
      << records<MessageRow>(rows)[0].subject;
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

// Each of these ended or stalled GMime or us once. What is left off is a problem; what the head says comes out.
TEST(mail, what_nests_too_deep_is_left_off) {
  const std::string head = "From: a@b-c.de\nSubject: x\n";
  std::string parts = head;
  for (int i = 0; i < 3000; ++i) parts += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  for (const std::string& bomb :
       {repeated(head + "Content-Type: message/rfc822\n\n", 200'000), parts,
        head + "To: " + repeated("a:", 1'000'000) + "\n\n", head + repeated("To: a@b-c.de\n", 100'000),
        head + "Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n\nx\n", 20'000)}) {
    Rows rows = run(parser_named("mail"), "x.eml", bomb);
    EXPECT_GE(records<MessageRow>(rows).size(), 1u);
    EXPECT_LE(records<MessageRow>(rows).size(), 20u);
    EXPECT_TRUE(has(rows, "email", "a@b-c.de", "from"));
    EXPECT_EQ(rows.problems().size(), 1u);
  }
  std::string many;
  for (int i = 0; i < 30'000; ++i) many += fmt::format("user{}@b-c.de, ", i);
  Rows rows = run(parser_named("mail"), "x.eml", head + "To: " + many + "\n\n");
  EXPECT_EQ(rows.selectors().size(), 30'001u);
}

// All heads count, whatever they are heads of; how deep they nest is told apart.
TEST(mail, heads_inside_are_bounded_as_the_outer_one) {
  const std::string head = "From: a@b-c.de\nSubject: x\n", long_head = head + repeated("a:\n", 6000);
  for (const std::string& text : {head + "Content-Type: message/rfc822\n\n" + long_head + "\n",
                                  head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + long_head + "\n"}) {
    Rows rows = run(parser_named("mail"), "x.eml", text);
    ASSERT_EQ(rows.problems().size(), 1u);
    EXPECT_EQ(text.substr(rows.problems()[0].at.offset, 3), "a:\n");
  }
}

// Every message of a digest is found, and the offset says where.
TEST(mail, enclosed_messages_have_their_own_places) {
  std::string digest =
      "From: a@b-c.de\nSubject: x\nReferences: <3@h.de>\nContent-Type: multipart/digest; boundary=b\n\n";
  constexpr size_t messages = 9000;
  for (size_t i = 0; i < messages; ++i)
    digest += i % 2 ? fmt::format("--b\n\nFrom: c@d-e.de\nMessage-ID: <{}@h.de>\n\nText\n", i)
                    : "--b\nContent-Type: message/rfc822\n\nFrom: c@d-e.de\nTo: f@g-h.de\n\nText\n";
  digest += "--b--\n";
  Rows rows = run(parser_named("mail"), "x.eml", digest);
  EXPECT_TRUE(rows.problems().empty());
  ASSERT_EQ(records<MessageRow>(rows).size(), messages + 1);
  for (size_t i = 0; i < messages; ++i) {
    const std::string here = digest.substr(records<MessageRow>(rows)[i + 1].offset, 40);
    ASSERT_TRUE(here.starts_with(i % 2 ? fmt::format("Message-ID: <{}@", i) : "From: c@d-e.de\nTo:")) << i << here;
  }
}

// What GMime made of them, and what a boundary may look like.
TEST(mime, parts_of_a_message) {
  const std::string head = "From: a@b-c.de\nSubject: x\n";
  const auto names = [&](std::string_view rest) {
    std::string out;
    const std::optional<Mail> mail = parse_mail(head + std::string(rest));
    if (!mail) return std::string("none");
    for (const Attachment& one : mail->attachments) out += fmt::format("{}:{} ", one.name, one.size);
    return out + mail->text;
  };
  EXPECT_EQ(names("Content-Type: multipart/mixed; boundary=\"b c\"\n\nbefore\n--b c \t\n\nText\n--b cd\n\n--b c\n"
                  "Content-Type: a/b; name=n\n\n12\n\n--b c--\nbehind\n"),
            "n:3 Text\n--b cd");
  EXPECT_EQ(
      names("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b; name=n\r\n\r\n12\r\n--b\r\n\r\n"
            "Not ended\r\n"),
      "n:2 Not ended");
  EXPECT_EQ(names("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nX: y\n--b\n\nText"), "Text");
  EXPECT_EQ(
      names("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n"
            "--b\n\nText\n--b--\n\n--b\nContent-Type: a/b; name=n\n\n12\n--b--\n"),
      "n:2 Text");
  EXPECT_EQ(names("Content-Type: multipart/mixed\n\n--b\n\nText\n"), "");
  EXPECT_EQ(names("Content-Type: multipart/mixed; boundary=b"), "");
  EXPECT_EQ(names("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nMTIz\n"), ":3 ");
}

// GMime goes through the rest of such a list from each name in it, and through the rest of the text from each word.
TEST(mail, what_gmime_takes_the_square_of_is_left_off) {
  const std::string head = "From: a@b-c.de\nMessage-ID: <1@h.de>\n", words = repeated("=?a?q?a", 10'000);
  for (const std::string& field :
       {"Subject: " + words, "References: " + words, "To: " + words + " <c@d-e.de>",
        "Content-Type: text/plain; name=\"" + words + "\"", "Subject: " + repeated("long ", 100'000)}) {
    const std::string text = head + field + "\nCc: f@g-h.de\n\nText\n";
    Rows rows = run(parser_named("mail"), "x.eml", text);
    ASSERT_EQ(records<MessageRow>(rows).size(), 1u);
    EXPECT_EQ(records<MessageRow>(rows)[0].text, "Text");
    EXPECT_TRUE(has(rows, "email", "f@g-h.de", "cc"));
    EXPECT_TRUE(has(rows, "message_id", "1@h.de", "message"));
    EXPECT_EQ(rows.problems().size(), 1u);
  }
  Rows rows =
      run(parser_named("mail"), "x.eml", head + "To: (" + repeated("a,", 30'000) + " c@d-e.de\nCc: f@g-h.de\n\n");
  EXPECT_TRUE(has(rows, "email", "c@d-e.de", "to"));
  EXPECT_TRUE(has(rows, "email", "f@g-h.de", "cc"));
  EXPECT_EQ(rows.problems().size(), 1u);
  rows = run(parser_named("mail"), "x.eml", head + "To: " + repeated("x@y-z.de,", 150'000) + "\n\n");
  EXPECT_EQ(rows.problems().size(), 1u);
  rows = run(parser_named("mail"), "x.eml", head + "To: " + repeated("somebody, ", 10'000) + "\n\n");
  EXPECT_TRUE(rows.problems().empty()) << rows.problems()[0].what;
}

// However long a list is, each address comes out as it does alone.
TEST(mime, long_lists_of_addresses) {
  const std::pair<std::string, Mailbox> forms[] = {
      {"u{}@b-c.de", {"", "u{}@b-c.de"}},
      {"Nobody Nr. {} <u{}@b-c.de>", {"Nobody Nr. {}", "u{}@b-c.de"}},
      {"\"Doe{}, \\\"J\\\", a@b (x\" <u{}@b-c.de>", {"Doe{}, \"J\", a@b (x", "u{}@b-c.de"}},
      {"Doe{}, Jane, A. <u{}@b-c.de>", {"Doe{}, Jane, A.", "u{}@b-c.de"}},
      {"u{}@b-c.de (Jane, (x), {})", {"Jane, (x), {}", "u{}@b-c.de"}},
      {"=?utf-8?q?M=C3=A4ra?=\n =?utf-8?q?_{}?=\n\t<u{}@b-c.de>", {"M\u00e4ra {}", "u{}@b-c.de"}},
      {"<@r.de,@s.de:u{}@b-c.de>", {"", "u{}@b-c.de"}},
      {"some{}", {"", "some{}"}},
  };
  for (const bool in_group : {false, true}) {
    std::string list = in_group ? "Team, all: " : "";
    std::vector<Mailbox> expected;
    const auto numbered = [](std::string text, size_t number) {
      for (size_t at = text.find("{}"); at != text.npos; at = text.find("{}"))
        text.replace(at, 2, std::to_string(number));
      return text;
    };
    for (size_t i = 0; i < 4000; ++i) {
      const auto& [form, box] = forms[i % std::size(forms)];
      list += (i ? i % 3 ? ", " : ",\n " : "") + numbered(form, i);
      expected.push_back({numbered(box.name, i), numbered(box.address, i)});
    }
    list += in_group ? "; z@b-c.de" : ", z@b-c.de";
    expected.push_back({"", "z@b-c.de"});
    const std::optional<Mail> mail = parse_mail("Subject: x\nTo: " + list + "\n\n");
    ASSERT_TRUE(mail);
    EXPECT_TRUE(mail->problems.empty());
    ASSERT_EQ(mail->to.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(mail->to[i].address, expected[i].address) << i;
      ASSERT_EQ(mail->to[i].name, expected[i].name) << i;
    }
  }
}

// A line "From :" begins a field as well, and may stand in the head of the one before.
TEST(mail, separators_among_fields) {
  const auto messages = [](const std::string& box) {
    Rows rows = run(parser_named("mail"), "Inbox", box);
    std::string out;
    for (const MessageRow& row : records<MessageRow>(rows))
      out += row.sender + "/" + row.recipients + "/" + row.subject + " ";
    return out;
  };
  const std::string first = "From x\nFrom: a@b-c.de\nTo: t@u-v.de\n";
  EXPECT_EQ(messages(first + "From : c@d-e.de\nSubject: s\nCc: f@g-h.de\n\n"), "a@b-c.de/t@u-v.de/ /f@g-h.de/s ");
  EXPECT_EQ(messages(first + "From :\nSubject: s\n\n"), "a@b-c.de/t@u-v.de/s ");
  EXPECT_EQ(messages(first + "From :\n \nSubject: s\nCc: f@g-h.de\n\n"), "a@b-c.de/t@u-v.de\nf@g-h.de/s ");
  EXPECT_EQ(messages(first + "\nFrom :\n>From y\nFrom: c@d-e.de\nSubject: s\n\n"), "a@b-c.de/t@u-v.de/ c@d-e.de//s ");
}

TEST(mime, text_of_html) {
  EXPECT_EQ(text_of_html("<html><style>p{}</style><p>A&nbsp;&lt;b&gt;<br>c &copy; d</p><script>x()</script>e"),
            "A <b> c &copy; d e");
  EXPECT_EQ(text_of_html("<a"), "");
  EXPECT_EQ(text_of_html("x<style>"), "x");
}

}  // namespace
}  // namespace weft::artefacts
