#include "artefacts/signature.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "artefacts/zip.h"
#include "base/text.h"
#include "model/text_signature.h"

namespace weft::artefacts {
namespace {

// Sentences of invented words, as frequent as words of a language are (Zipf).
class Author {
 public:
  explicit Author(unsigned seed, size_t words = 3000) : random_(seed) {
    std::mt19937 language(1);
    for (size_t i = 0; i < words; ++i) {
      std::string word;
      for (auto n = 1 + language() % 4; n > 0; --n) word += syllables[language() % std::size(syllables)];
      words_.push_back(word);
      weights_.push_back(1.0 / double(i + 3));
    }
    pick_ = std::discrete_distribution<size_t>(weights_.begin(), weights_.end());
  }
  std::string word() { return words_[pick_(random_)]; }
  std::string sentence() {
    std::string out = word();
    out[0] = char(out[0] - ('a' - 'A'));
    for (auto n = 6 + random_() % 12; n > 0; --n) out += (random_() % 9 ? " " : ", ") + word();
    return out + ".";
  }
  std::vector<std::string> text(size_t sentences) {
    std::vector<std::string> out;
    for (size_t i = 0; i < sentences; ++i) out.push_back(sentence());
    return out;
  }
  unsigned number(unsigned most) { return unsigned(random_() % most); }

 private:
  static constexpr const char* syllables[] = {"ba", "de", "fi", "go", "hu", "ka",   "le",  "mi",  "no",
                                              "pu", "ra", "se", "ti", "vo", "ster", "lin", "mar", "dor"};
  std::mt19937 random_;
  std::vector<std::string> words_;
  std::vector<double> weights_;
  std::discrete_distribution<size_t> pick_;
};

std::string joined(const std::vector<std::string>& sentences, const char* between = " ") {
  std::string out;
  for (const std::string& one : sentences) out += one + between;
  return out;
}

// How many signatures two texts share; -1 when one has none.
int common(std::string_view a, std::string_view b) {
  const auto x = text_signature(a), y = text_signature(b);
  if (!x || !y) return -1;
  int out = 0;
  for (size_t i = 0; i < text_signatures; ++i) out += x->values[i] == y->values[i];
  return out;
}

constexpr int rounds = 100;

TEST(signatures, are_eight_and_say_which_they_are) {
  const auto signature = text_signature(joined(Author(1).text(40)));
  ASSERT_TRUE(signature);
  ASSERT_EQ(signature->values.size(), text_signatures);
  EXPECT_EQ(signature->values[2].substr(0, 4), "3/8 ");
  EXPECT_EQ(signature->values[2].size(), 4u + 16);
  EXPECT_GT(signature->words, 200u);
  EXPECT_FALSE(signature->beginning.empty());
  std::set<std::string> different(signature->values.begin(), signature->values.end());
  EXPECT_EQ(different.size(), text_signatures);
}

TEST(signatures, of_edited_copies_meet) {
  int met = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    Author author(seed);
    std::vector<std::string> text = author.text(32);  // some 400 words
    const std::string before = joined(text);
    text[5] = author.sentence(), text[20] = author.sentence();
    met += common(before, joined(text)) > 0;
  }
  EXPECT_GE(met, rounds * 93 / 100);
}

TEST(signatures, of_copies_with_a_new_date_meet) {
  int met = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    Author author(seed);
    const std::string text = joined(author.text(32));
    met += common("Made on 12.03.2024. " + text + " Pay 1,250.00 or 98765.",
                  "Made on 17.05.2024. " + text + " Pay 1,250.00 or 98765.") > 0;
  }
  EXPECT_GE(met, rounds * 97 / 100);
}

TEST(signatures, of_unrelated_texts_never_meet) {
  std::set<std::string> all;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    const auto signature = text_signature(joined(Author(seed).text(40)));
    ASSERT_TRUE(signature);
    for (const std::string& value : signature->values) EXPECT_TRUE(all.insert(value).second) << seed;
  }
}

// The same words around other names, dates, amounts and numbers.
TEST(signatures, of_filled_in_forms_seldom_meet) {
  int met = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    Author form(seed), one(seed + 1000), other(seed + 2000);
    const std::vector<std::string> sentences = form.text(32);
    auto filled = [&](Author& who) {
      std::string out;
      for (size_t i = 0; i < sentences.size(); ++i) {
        out += sentences[i] + " ";
        if (i % 4 == 0)
          out += fmt::format("{} {} {}-{}. ", who.word(), who.word(), 100 + who.number(900), who.number(99999));
      }
      return out;
    };
    met += common(filled(one), filled(other)) > 0;
  }
  EXPECT_LE(met, rounds * 10 / 100);
}

// A page of the same boilerplate behind texts of their own.
TEST(signatures, of_texts_with_the_same_boilerplate_seldom_meet) {
  int met = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    const std::string tail = joined(Author(seed).text(12));
    met += common(joined(Author(seed + 1000).text(20)) + tail, joined(Author(seed + 2000).text(20)) + tail) > 0;
  }
  EXPECT_LE(met, rounds * 5 / 100);
}

TEST(signatures, do_not_depend_on_layout_case_and_encoding) {
  Author author(7);
  const std::string text = joined(author.text(40)) + "Über die Straße nach Gößweinstein führt kein Weg zurück für ihn.";
  std::string wrapped, upper = text, latin1, utf16 = "\xff\xfe";
  size_t column = 0;
  for (char c : text) {
    const bool wrap = c == ' ' && column > 60;
    wrapped += wrap ? '\n' : c;
    column = wrap ? 0 : column + 1;
  }
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = char(c - ('a' - 'A'));
  for (size_t i = 0; i < text.size(); ++i) {
    const bool two = uint8_t(text[i]) == 0xc3;
    const char c = two ? char(uint8_t(text[i + 1]) | 0x40) : text[i];
    latin1 += c, utf16 += c, utf16 += '\0';
    i += two;
  }
  EXPECT_EQ(common(text, wrapped), 8);
  EXPECT_EQ(common(text, upper), 8);
  EXPECT_EQ(common(text, latin1), 8);
  EXPECT_EQ(common(text, utf16), 8);
}

TEST(signatures, join_words_that_were_cut_at_the_end_of_a_line) {
  const std::string text = joined(Author(8).text(40)), cut = text.substr(0, 300) + "-\n" + text.substr(300);
  ASSERT_TRUE(is_alpha(text[299]) && is_alpha(text[300])) << text.substr(295, 10);
  EXPECT_EQ(common(text, cut), 8);
}

TEST(signatures, bear_damage) {
  int truncated = 0, flipped = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    const std::string text = joined(Author(seed).text(40));
    truncated += common(text, text.substr(0, text.size() * 9 / 10)) > 0;
    std::string damaged = text;
    for (size_t at = seed; at < damaged.size(); at += 700) damaged[at] = char(damaged[at] ^ 0x90);
    flipped += common(text, damaged) > 0;
  }
  EXPECT_GE(truncated, rounds * 97 / 100);
  EXPECT_GE(flipped, rounds * 90 / 100);
}

TEST(signatures, are_of_running_text_only) {
  Author author(3);
  const std::string prose = joined(author.text(60));
  EXPECT_TRUE(text_signature(prose));
  EXPECT_FALSE(text_signature(prose.substr(0, 500)));  // too short
  std::string list, table, code, boilerplate, hex;
  for (int i = 0; i < 600; ++i) {
    list += author.word() + "\n";
    table += fmt::format("{};{};{}\n", author.word(), author.word(), i * 7919 % 10007);
    code += fmt::format("  if ({}.{}(i) != {}[{}]) return {};\n", author.word(), author.word(), author.word(), i, i);
    boilerplate += "This page was left blank by whoever made it and nobody knows why. ";
    hex += fmt::format("{:08x}{:08x} ", i * 2654435761u, i * 40503u);
  }
  EXPECT_FALSE(text_signature(list));
  EXPECT_FALSE(text_signature(table));
  EXPECT_FALSE(text_signature(code));
  EXPECT_FALSE(text_signature(boilerplate));
  EXPECT_FALSE(text_signature(hex));
  EXPECT_FALSE(text_signature(std::string(100'000, 'a')));
  EXPECT_FALSE(text_signature(std::string(100'000, '\xff')));
  // One page printed forty times over.
  std::string copies;
  for (int i = 0; i < 40; ++i) copies += prose;
  EXPECT_FALSE(text_signature(copies));
}

TEST(signatures, are_not_of_public_licences) {
  const std::string prose = joined(Author(4).text(60));
  EXPECT_TRUE(text_signature("Permission was given. " + prose));
  EXPECT_FALSE(text_signature(prose + "Permission is hereby granted, free of charge, to any person. "));
  EXPECT_FALSE(text_signature("Redistribution and use in\nsource and binary forms are permitted. " + prose));
  EXPECT_FALSE(text_signature(prose + "Everyone is permitted to copy and distribute verbatim copies. "));
}

TEST(signatures, are_of_languages_without_spaces_too) {
  std::mt19937 random(5);
  std::vector<std::string> signs;
  std::string text;
  for (int i = 0; i < 900; ++i) {
    std::string sign;
    append_utf8(sign, 0x4e00 + char32_t(random() % 1500));
    signs.push_back(sign);
  }
  auto written = [&] {
    std::string out;
    for (size_t i = 0; i < signs.size(); ++i) out += signs[i] + (i % 17 ? "" : "。");
    return out;
  };
  const std::string before = written();
  for (size_t i = 300; i < 330; ++i) signs[i] = signs[i + 200];
  EXPECT_GT(common(before, written()), 0);
}

}  // namespace
}  // namespace weft::artefacts
