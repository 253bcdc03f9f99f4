// What base64 and hexadecimal digits hold is text in code pages, too; and pictures, keys and digests are not.
#include "scan/decoders/code_page_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>
#include <random>

#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string in(const char* page, std::string_view text) {
  const Handle<void, iconv_close> converter(iconv_open(page, "UTF-8"));
  std::string out(text.size() * 4 + 16, '\0');
  char *from = const_cast<char*>(text.data()), *to = out.data();
  size_t left = text.size(), room = out.size();
  EXPECT_EQ(iconv(converter.get(), &from, &left, &to, &room), 0u) << page;
  iconv(converter.get(), nullptr, nullptr, &to, &room);
  out.resize(out.size() - room);
  return out;
}

std::string base64(std::string_view bytes, size_t line = 76) {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  size_t column = 0;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](size_t k) { return i + k < bytes.size() ? unsigned(uint8_t(bytes[i + k])) : 0; };
    const unsigned group = at(0) << 16 | at(1) << 8 | at(2);
    for (size_t k = 0; k < 4; ++k) out += i + k < bytes.size() + 1 ? signs[group >> (18 - 6 * k) & 63] : '=';
    if ((column += 4) == line) out += "\r\n", column = 0;
  }
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02X}", uint8_t(c));
  return out;
}

struct Letter {
  const char* page;
  std::string_view text;
};
constexpr Letter letters[] = {
    {"windows-1252", "Schöne Grüße aus Köln, Frau Müller. Bitte schreiben Sie an nina@example.com wegen der Straße.\n"},
    {"iso-8859-15",
     "Désolé, ça n'a pas marché: l'adresse nina@example.com était fausse, réessayez demain après-midi.\n"},
    {"cp850", "Schöne Grüße aus Köln, Frau Müller. Bitte schreiben Sie an nina@example.com wegen der Straße.\n"},
    {"windows-1250", "Dobrý den, pište prosím na nina@example.com, těším se na vaši odpověď; příště přijdu včas.\n"},
    {"windows-1254", "Merhaba, lütfen nina@example.com adresine yazın, görüşmek üzere; teşekkürler, iyi günler.\n"},
    {"koi8-r", "Здравствуйте, пишите на nina@example.com, буду ждать ответа. С уважением, Кузнецов.\n"},
    {"windows-1251", "Здравствуйте, пишите на nina@example.com, буду ждать ответа. С уважением, Кузнецов.\n"},
    {"iso-8859-5", "Здравствуйте, пишите на nina@example.com, буду ждать ответа. С уважением, Кузнецов.\n"},
    {"cp866", "Здравствуйте, пишите на nina@example.com, буду ждать ответа. С уважением, Кузнецов.\n"},
    {"windows-1253", "Γεια σας, γράψτε στο nina@example.com, περιμένω την απάντησή σας. Με εκτίμηση.\n"},
    {"windows-1255", "שלום רב, נא לכתוב אל nina@example.com ואני אשמח לענות לכם בהקדם האפשרי.\n"},
    {"windows-1256", "مرحبا، اكتب إلى nina@example.com من فضلك وسأرد عليك في أقرب وقت ممكن.\n"},
    {"tis-620", "สวัสดีครับ กรุณาเขียนถึง nina@example.com ขอบคุณมากครับ แล้วพบกันใหม่\n"},
    {"gb18030", "您好,请联系邮箱 nina@example.com 谢谢您的来信,我们会尽快答复您的问题。\n"},
    {"big5", "您好,請聯絡信箱 nina@example.com 謝謝您的來信,我們會盡快答覆您的問題。\n"},
    {"cp932", "お世話になっております。連絡先は nina@example.com です。よろしくお願いします。\n"},
    {"euc-jp", "お世話になっております。連絡先は nina@example.com です。よろしくお願いします。\n"},
    {"iso-2022-jp", "お世話になっております。連絡先は nina@example.com です。よろしくお願いします。\n"},
    {"euc-kr", "안녕하세요. 연락처는 nina@example.com 입니다. 감사합니다. 내일 다시 연락드리겠습니다.\n"}};

std::vector<std::string> emails(std::string_view bytes) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(bytes).features)
    if (one.kind == "email" && !one.layers.empty()) out.push_back(one.value);
  return out;
}

TEST(CodePageText, IsReadInBase64AndInHex) {
  for (const Letter& letter : letters) {
    const std::string text = in(letter.page, letter.text);
    EXPECT_TRUE(is_code_page_text(text)) << letter.page;
    EXPECT_THAT(emails("\r\n\r\n" + base64(text) + "\r\n"), Contains("nina@example.com")) << letter.page;
    EXPECT_THAT(emails("\"data:text/plain;base64," + base64(text, 0) + "\""), Contains("nina@example.com"))
        << letter.page;
    EXPECT_THAT(emails("VALUES(X'" + hex(text) + "');"), Contains("nina@example.com")) << letter.page;
  }
}

TEST(CodePageText, HoldsTheExaminersWords) {
  const Rules rules(Lists{{{"words", "Кузнецов\nGrüße\n"}}, {}});
  for (const Letter& letter : letters) {
    if (letter.text.find("Кузнецов") == std::string::npos && letter.text.find("Grüße") == std::string::npos) continue;
    Scan scan(rules, {});
    NoWatch watch;
    Results results;
    const std::string mail = "\r\n\r\n" + base64(in(letter.page, letter.text)) + "\r\n";
    scan.page({as_bytes(mail), 0, mail.size(), 0}, {}, watch, results);
    size_t words = 0;
    for (const Found& one : results.features) words += one.kind == "word";
    EXPECT_EQ(words, 1u) << letter.page;
  }
}

// Of a page that is not told by its bytes, the head tells it.
TEST(CodePageText, IsReadWhereAHeadSaysSo) {
  const std::string odd = "\x8e 1\x90 2\x91 3 \xd0=\xd1=\xd2 nina@example.com \xb0#1\xb1#2\xb2#3 \xfe\xff\xfd|";
  const std::string head = "Content-Type: text/plain; charset=x-odd\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  ASSERT_FALSE(is_code_page_text(odd));
  EXPECT_THAT(emails(head + base64(odd) + "\r\n"), Contains("nina@example.com"));
  const std::string mail = head + base64(odd) + "\r\n";
  for (const Found& one : scan_all(mail).features) {
    if (one.layers.empty()) continue;
    EXPECT_EQ(as_text(unpack(as_bytes(mail).subspan(one.offset), one.layers, {}).bytes), odd);
  }
  EXPECT_THAT(emails("Content-Type: image/png\r\n\r\n" + base64(odd) + "\r\n"), IsEmpty());
  EXPECT_THAT(emails(head +
                     base64("Gr\xfc\xdf"
                            "e, nina@example.com") +
                     "\r\n"),
              Contains("nina@example.com"));
}

TEST(CodePageText, IsNoDigestKeyOrPicture) {
  std::mt19937_64 random(7);
  size_t taken = 0;
  for (size_t size : {16, 20, 24, 28, 32, 48, 64, 96, 128, 256})
    for (size_t i = 0; i < 200'000; ++i) {
      std::string bytes;
      while (bytes.size() < size)
        for (uint64_t left = random(), k = 0; k < 8; ++k, left >>= 8) bytes += char(left & 0xff);
      bytes.resize(size);
      taken += is_code_page_text(bytes);
    }
  EXPECT_LE(taken, 8u);  // of two million
  for (const char* run : {"\xaa", "\xff", "\xfb\xef\xbe", "\x80\x81\x82\x83", " \xff"}) {
    std::string bytes;
    while (bytes.size() < 300) bytes += run;
    EXPECT_FALSE(is_code_page_text(bytes)) << printable(run);
  }
}

}  // namespace
}  // namespace weft::scan
