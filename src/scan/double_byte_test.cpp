// In code pages of two bytes a character, the second byte of a full-width sign is no part of the value behind it.
#include "scan/double_byte.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::ElementsAre;

std::string in(const char* page, std::string_view text) {
  const Handle<void, iconv_close> converter(iconv_open(page, "UTF-8"));
  std::string out(text.size() * 4, '\0');
  char *from = const_cast<char*>(text.data()), *to = out.data();
  size_t left = text.size(), room = out.size();
  EXPECT_EQ(iconv(converter.get(), &from, &left, &to, &room), 0u) << page;
  out.resize(out.size() - room);
  return out;
}

std::vector<std::string> found(std::string_view bytes, std::string_view kind) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(bytes).features)
    if (one.kind == kind) out.push_back(one.secret.empty() ? one.value : one.secret);
  return out;
}

TEST(DoubleByte, SignsInFrontOfAValueAreNoneOfIt) {
  for (const auto& [page, text] :
       {std::pair{"cp932",
                  "株式会社山田商事　営業部\r\nメール：nina@example.com\r\nE-mail（suzuki@example.com）\r\n"
                  "担当、kato@example.com。\r\n【mori@example.com】\r\n「abe@example.com」\r\n"},
        {"big5",
         "公司名稱：大明\r\n郵箱：nina@example.com\r\n聯絡（suzuki@example.com）\r\n請寄，kato@example.com。\r\n"
         "【mori@example.com】\r\n「abe@example.com」\r\n"}})
    EXPECT_THAT(found(in(page, text), "email"), ElementsAre("nina@example.com", "suzuki@example.com",
                                                            "kato@example.com", "mori@example.com", "abe@example.com"))
        << page;
}

TEST(DoubleByte, NumbersBehindThemAreRead) {
  const std::string text =
      in("cp932",
         "カード番号：4539148803436467\r\n送金先：bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq\r\n"
         "ＴＥＬ：+81-3-3210-1234\r\nＩＰアドレス：203.0.113.77\r\n送金：DE02120300000000202051\r\n");
  EXPECT_THAT(found(text, "card"), ElementsAre("4539148803436467"));
  EXPECT_THAT(found(text, "bitcoin"), ElementsAre("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"));
  EXPECT_THAT(found(text, "phone"), ElementsAre("+81332101234"));
  EXPECT_THAT(found(text, "ipv4"), ElementsAre("203.0.113.77"));
  EXPECT_THAT(found(text, "iban"), ElementsAre("DE02120300000000202051"));
}

TEST(DoubleByte, LettersOfOtherTextsStayInTheirAddress) {
  // Bullets and quotes of Windows, letters and no-break spaces of Latin text, alphabets of one byte.
  for (const std::string& text :
       {std::string("\x95nina@example.com\n\x95kato@example.com\n\x95mori@example.com\n\x95"
                    "abe@example.com\n\x95lee@example.com\n"),
        std::string("\xb7nina@example.com \xb7kato@example.com \xb7mori@example.com \xb7"
                    "abe@example.com \xb7lee@example.com "),
        in("windows-1252",
           "«nina@example.com» «kato@example.com» «mori@example.com» «abe@example.com» été déjà «lee@example.com»"),
        in("windows-1251",
           "Пишите:nina@example.com Почта—kato@example.com, а также «mori@example.com» и «abe@example.com» или "
           "«lee@example.com»"),
        in("windows-1251",
           "ПИШИТЕ «nina@example.com» «kato@example.com» «mori@example.com» «abe@example.com» ПОЧТА «lee@example.com»"),
        std::string("邮箱：nina@example.com，kato@example.com、mori@example.com；abe@example.com。lee@example.com"),
        in("euc-jp", "メール：nina@example.com、kato@example.com、mori@example.com、abe@example.com、lee@example.com"),
        in("gbk", "邮箱：nina@example.com，kato@example.com、mori@example.com；abe@example.com。lee@example.com"),
        in("euc-kr", "메일：nina@example.com、kato@example.com、mori@example.com；abe@example.com。lee@example.com")})
    EXPECT_THAT(found(text, "email"), ElementsAre("nina@example.com", "kato@example.com", "mori@example.com",
                                                  "abe@example.com", "lee@example.com"))
        << printable(text);
}

TEST(DoubleByte, TheFirstByteIsToldFromTheSecond) {
  const std::string text = in("cp932", "メール：yamada、お世話になっております。");
  const size_t colon = text.find('F');
  EXPECT_TRUE(leads_ascii(text, colon - 1));
  EXPECT_FALSE(leads_ascii(text, colon - 2));
  EXPECT_FALSE(leads_ascii(text.substr(colon - 1, 12), 0));  // nothing tells it
}

}  // namespace
}  // namespace weft::scan
