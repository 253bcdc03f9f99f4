// Quoted-printable in texts of all charsets: what stands right behind an escape is read, and nothing is made of its
// digits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> found(const std::string& bytes, std::string_view kind = "email") {
  std::vector<std::string> out;
  for (const Found& one : scan_all(bytes).features)
    if (one.kind == kind) out.push_back(one.secret.empty() ? one.value : one.secret);
  return out;
}

// Each layer is found again by its address alone.
void expect_found_again(const std::string& bytes) {
  for (const Found& one : scan_all(bytes).features) {
    if (one.layers.empty()) continue;
    EXPECT_NO_THROW(unpack(as_bytes(bytes).subspan(one.offset), one.layers, {})) << bytes;
  }
}

std::string mail(const std::string& charset, const std::string& body) {
  return "Subject: x\r\nContent-Type: text/plain; charset=" + charset +
         "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + body;
}

TEST(QuotedPrintable, BehindAByteOfACodePageAnAddressBegins) {
  for (const std::string body :
       {"Adresse=A0:=A0jean@example.com\r\n", "Adresse :=A0jean@example.com\r\n", "Voir =ABjean@example.com=BB\r\n",
        "to =93jean@example.com=94\r\n", "=CF=EE=F7=F2=E0:=A0jean@example.com\r\n", "x=A0jean@example.com\r\n",
        "to =E2=80=9Cjean@example.com\r\n", "to =C2=A0jean@example.com\r\n", "to =EF=BB=BFjean@example.com\r\n",
        "to =F0=9F=93=A7jean@example.com\r\n"}) {
    EXPECT_THAT(found(mail("x", body)), ElementsAre("jean@example.com")) << body;
    expect_found_again(mail("x", body));
    EXPECT_THAT(found("more =E0 la carte,\r\nd=E9j=E0 vu.\r\n" + body), ElementsAre("jean@example.com")) << body;
  }
}

TEST(QuotedPrintable, BehindALetterOfACodePageNoneBegins) {
  EXPECT_THAT(found(mail("iso-8859-1", "M=FCller <j=FCrgen@example.com>\r\n")), IsEmpty());
  EXPECT_THAT(found("Gr=FC=DFe an J=FCrgen M=FCller\r\n<j=FCrgen@example.com>\r\n"), IsEmpty());
  EXPECT_THAT(found(mail("utf-8", "M=C3=BCller <j=C3=BCrgen@example.com>\r\n")),
              ElementsAre("j\xC3\xBCrgen@example.com"));
}

TEST(QuotedPrintable, BehindAByteOfACodePageANumberBegins) {
  const std::string text =
      mail("iso-8859-1",
           "IBAN:=A0DE02120300000000202051\r\nKarte:=A04539148803436467\r\n"
           "BTC:=A0bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq\r\nTel=A0+33=A06=A012=A034=A056=A078\r\n");
  EXPECT_THAT(found(text, "iban"), ElementsAre("DE02120300000000202051"));
  EXPECT_THAT(found(text, "card"), ElementsAre("4539148803436467"));
  EXPECT_THAT(found(text, "bitcoin"), ElementsAre("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"));
  EXPECT_THAT(found(text, "phone"), ElementsAre("+33612345678"));
}

TEST(QuotedPrintable, ValuesInSourceTextAreNone) {
  EXPECT_THAT(found("https://example.org/?lang=DE&country=FR&user=ADam@example.com&x=1"),
              ElementsAre("adam@example.com"));
  EXPECT_THAT(found("?id=CAFE01&color=FFEE00&mail=BEn@example.com&h=DEADBEEF"), ElementsAre("ben@example.com"));
  EXPECT_THAT(found("mail=FEed@example.com\nlevel=A1\nowner=DAve@example.com\n"),
              UnorderedElementsAre("feed@example.com", "dave@example.com"));
  EXPECT_THAT(found("x=A0jean@example.com; y=zz"), ElementsAre("a0jean@example.com"));
  EXPECT_THAT(found(mail("utf-8", "see x=A0jean@example.com&y=zz\r\n")), ElementsAre("a0jean@example.com"));
}

}  // namespace
}  // namespace weft::scan
