// Telephone numbers in national form: the words in front of them in other alphabets and in code pages of one byte and
// of two, and what must not say a country.
#include <gtest/gtest.h>

#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

std::string numbers(std::string_view text) {
  static Direct scanner(phone_national_scanner);
  std::string out;
  for (const Feature& feature : scanner.run(text)) out += (out.empty() ? "" : " ") + feature.value;
  return out;
}

TEST(PhoneNational, WordsOfOtherAlphabets) {
  const std::pair<std::string_view, std::string_view> written[] = {
      {"моб. 8 916 123-45-67 info@romashka.ru", "+79161234567"},
      {"Тел.: (044) 123-45-67, info@priklad.com.ua", "+380441234567"},
      {"Москва, тел. 8-495-123-45-67", "+74951234567"},
      {"ТЕЛ: 8-495-123-45-67, Россия", "+74951234567"},
      {"Τηλ.: 210 1234567", "+302101234567"},
      {"Κιν.: 6912345678", "+306912345678"},
      {"טלפון: 03-1234567", "+97231234567"},
      {"נייד: 052-1234567", "+972521234567"},
      {"טל' 03-1234567", "+97231234567"},
      {"הטל' 03-1234567", ""},  // the end of another word
      {"هاتف: 0522274163 info@exemple.ma", "+212522274163"},
      {"我的手机：13912345678", "+8613912345678"},
      {"电话:010-62751234", "+861062751234"},
      {"電話番号:03-1234-5678", "+81312345678"},
      {"携帯 090-1234-5678", "+819012345678"},
      {"휴대폰 010-1234-5678", "+821012345678"},
  };
  for (const auto& [text, number] : written) EXPECT_EQ(numbers(text), number) << text;
}

TEST(PhoneNational, WordsInCodePages) {
  const std::pair<std::string_view, std::string_view> written[] = {
      {"\xd2\xe5\xeb. 8-495-123-45-67, info@romashka.ru", "+74951234567"},     // Windows-1251
      {"\xec\xee\xe1. 8 916 123-45-67, info@romashka.ru", "+79161234567"},     // Windows-1251, моб
      {"\xf4\xc5\xcc. 8-495-123-45-67, info@romashka.ru", "+74951234567"},     // KOI8-R
      {"\xe4\xa0\xaa\xe1 8-495-123-45-67, info@romashka.ru", "+74951234567"},  // DOS, факс
      {"\xe2\xd5\xdb: 8-495-123-45-67, info@romashka.ru", "+74951234567"},     // ISO 8859-5
      {"\xca\xe9\xed.: 6912345678", "+306912345678"},                          // Windows-1253
      {"\xe8\xec\xf4\xe5\xef: 03-1234567", "+97231234567"},                    // Windows-1255
      {"Tel\xe9\x66ono: 91 123 45 67, info@gestoria.es", "+34911234567"},      // Windows-1252
      {"\xca\xd6\xbb\xfa:13912345678", "+8613912345678"},                      // GBK
      {"\x93\x64\x98\x62 03-1234-5678 info@sample.co.jp", "+81312345678"},     // Shift_JIS
      {"\xc5\xc5\xcf\xc3\xc8\xd6\xb9\xe6: 03-1234-5678", "+81312345678"},      // EUC-JP
      {"\xc8\xde\xb4\xeb\xc6\xf9 010-1234-5678", "+821012345678"},             // EUC-KR
      {"\xd2\xe5\xec. 8-495-123-45-67, info@romashka.ru", ""},                 // no such word
  };
  for (const auto& [text, number] : written) EXPECT_EQ(numbers(text), number) << text;
}

TEST(PhoneNational, NumbersThatCountriesShare) {
  // Of Guernsey, as its plan has it, and dialled like any other in the United Kingdom.
  EXPECT_EQ(numbers("Mob: 07911 123456, tom@hale.co.uk"), "+447911123456");
}

TEST(PhoneNational, WhatSaysNoCountry) {
  for (const char* provider : {"yahoo.fr", "gmx.de", "web.de", "hotmail.es", "yahoo.co.uk", "mail.ru", "live.it"}) {
    const std::string of = std::string("Tel. 030 2270123, Fax 06 67101234, Mobil 0612345678, Tel: 91 123 45 67, joe@");
    EXPECT_EQ(numbers(of + provider), "") << provider;
  }
  EXPECT_EQ(numbers("Tom, call me: Tel: 020 7946 0958\n-- \n> From: hans@firma.de\n> Danke\n"), "");
  EXPECT_EQ(numbers("> From: hans@firma.de\n> Tel. 030 2270123\n"), "+49302270123");
  EXPECT_EQ(numbers("Rue de Paris, Casablanca\nTel : 05 22 27 41 63"), "");
  // A city far away is another one's.
  EXPECT_EQ(numbers("Wien\n" + std::string(300, '.') + "\nTel. 030 2270123, www.example.de"), "+49302270123");
}

}  // namespace
}  // namespace weft::scan
