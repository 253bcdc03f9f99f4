// Near-duplicate texts by MinHash and bands (Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets",
// ch. 3).
//
// A text becomes a set of word groups: every six words in a row, letters and digits only, folded (Unicode's
// NFKC_Casefold). What two texts have in common of both sets together is their similarity s (Jaccard). Under a random
// order of all word groups, the first one of the text is the same for both with probability s. A signature takes the
// first ones under five such orders, and a sixth over the text's *particulars* (below); a text has eight signatures, so
// two texts share one with probability 1 - (1 - s^5 t)^8:
//
//   s                               0.95   0.9    0.8    0.7    0.5    0.3    0.2    unrelated (below 0.001)
//   same particulars (t = 1)        1.000  0.999  0.958  0.771  0.224  0.019  0.003  below 10^-14
//   half of them (t = 0.5)          0.980  0.939  0.761  0.505  0.118  0.010  0.001
//   a form: all different (t = .1)  0.475  0.385  0.234  0.127  0.025  0.002  0.000
//
// What that means for texts of 400 words: two sentences rewritten are s = 0.82 and meet; a quarter rewritten (s = 0.6)
// every other time; two texts that share a page of boilerplate among as much else (s = 0.33) one time in thirty.
//
// Particulars are what a form is filled in with: numbers of three digits and more (dates, amounts, telephone numbers;
// years alone are none). Letters from one template have all their words alike but for these; versions of one document
// have these alike. Two constants are in the set of every text, so that texts without numbers agree (t = 1), and one
// number added to none or few is no break. Names are particulars too, but no rule tells a name in every language.
//
// Why not winnowing: its anchors grow with the text, and one of hundreds suffices to meet, so texts that quote each
// other would; here a text costs eight rows whatever its length. Why not a distance (TLSH): it is not found by
// equality. Groups of six words, not three or four: each scattered change of a form costs both texts six groups, a
// rewritten passage hardly more than its length.
#include "artefacts/signature.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "artefacts/text.h"
#include "base/places.h"
#include "base/text.h"
#include "model/text_signature.h"

namespace weft::artefacts {
namespace {

constexpr size_t least_letters = 600, least_words = 80;  // words: different ones
constexpr size_t text_most = 4 * MiB;                    // a larger one is a collection, not a document
constexpr size_t beginning_most = 60;

// What running text is like; judgements, wide of prose. In prose nearly all signs are letters, and few of
// the gaps between words hold a mark or a line's end. Source code, logs and tables have marks in half of the gaps and
// more, or many digits; lists and dictionaries a word or two a line; what is packed as letters has no gaps.
constexpr double least_letter_share = 0.85, most_marks = 0.4, most_line_ends = 0.4, most_letters_a_word = 15;
constexpr double least_fresh = 0.5;  // of the word groups; below it the text repeats itself

// A finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit of the input decides about every one of the output.
constexpr uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Of a word, as it grows sign by sign: FNV-1a.
struct WordHash {
  uint64_t value = 0xcbf29ce484222325;
  void add(uint8_t byte) { value = (value ^ byte) * 0x100000001b3; }
};

// How many different numbers were seen, by a bit for each: a little too few when many are set.
class Different {
 public:
  explicit Different(size_t most) : bits_(std::bit_ceil(most * 8 + 64) / 64), mask_(bits_.size() * 64 - 1) {}
  bool add(uint64_t hash) {
    uint64_t& word = bits_[(hash & mask_) / 64];
    const uint64_t bit = uint64_t(1) << (hash % 64);
    const bool fresh = !(word & bit);
    word |= bit, count_ += fresh;
    return fresh;
  }
  size_t count() const { return count_; }

 private:
  std::vector<uint64_t> bits_;
  uint64_t mask_;
  size_t count_ = 0;
};

// The text as UTF-8: what is no UTF-8 is taken byte by byte for Windows-1252, so that a damaged byte costs its word.
std::string to_utf8(std::string_view text) {
  if (text.starts_with("\xff\xfe")) return from_utf16le(as_bytes(text.substr(2)));
  if (text.starts_with("\xfe\xff")) return from_utf16be(as_bytes(text.substr(2)));
  constexpr std::string_view letters_1252 = "\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f";
  constexpr char32_t letters[] = {0x192, 0x160, 0x152, 0x17d, 0x161, 0x153, 0x17e, 0x178};
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    if (const size_t length = utf8_length(text); length > 0) {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
      continue;
    }
    const char byte = text[0];
    text.remove_prefix(1);
    const size_t letter = letters_1252.find(byte);
    append_utf8(out, letter != std::string_view::npos ? letters[letter] : uint8_t(byte) < 0xa0 ? U' ' : uint8_t(byte));
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return uint8_t(c) >= 0x80; });
}

// No more marks on one letter than text has (UAX #15, "Stream-Safe Text Format"): they are put in order, which takes
// the square of their number.
std::string with_few_marks(std::string_view text) {
  constexpr unsigned most_on_a_letter = 30;
  std::string out;
  out.reserve(text.size());
  unsigned marks = 0;
  for (int32_t at = 0, size = int32_t(text.size()); at < size;) {
    const int32_t begin = at;
    UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
    U8_NEXT(text.data(), at, size, c);
#pragma GCC diagnostic pop
    marks = c >= 0x300 && u_getCombiningClass(c) != 0 ? marks + 1 : 0;
    if (marks <= most_on_a_letter) out.append(text, size_t(begin), size_t(at - begin));
  }
  return out;
}

// Folded; of plain ASCII the words fold the case themselves.
std::string folded(std::string_view unfolded) {
  const std::string text = with_few_marks(unfolded);
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(failed);
  std::string out;
  if (U_FAILURE(failed)) return out;
  out.reserve(text.size());
  icu::StringByteSink<std::string> sink(&out);
  fold->normalizeUTF8(0, icu::StringPiece(text.data(), int32_t(text.size())), sink, nullptr, failed);
  return U_FAILURE(failed) ? std::string() : out;
}

// Chinese and Japanese set no spaces: each sign is a word.
bool is_word_itself(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}

// Letters and digits of ASCII, small; 0 for all else.
constexpr std::array<uint8_t, 256> folds = [] {
  std::array<uint8_t, 256> out{};
  for (uint8_t c = '0'; c <= '9'; ++c) out[c] = c;
  for (uint8_t c = 'a'; c <= 'z'; ++c) out[c] = c, out[size_t(c - ('a' - 'A'))] = c;
  return out;
}();

// Cuts a text into words, and takes its measure.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {
    hashes.reserve(text.size() / 6);
    for (at_ = 0; at_ < text_.size();) step();
    end_word();
    end_number();
  }

  std::vector<uint64_t> hashes;       // of each word
  std::vector<uint64_t> particulars;  // numbers
  std::string beginning;
  size_t letters = 0;

  bool is_running_text() const {
    const auto words = double(hashes.size()), signs = double(letters + digits_ + marks_);
    return letters >= least_letters && double(letters) >= least_letter_share * signs &&
           double(gaps_with_mark_) <= most_marks * words && double(gaps_with_line_) <= most_line_ends * words &&
           double(letters) <= most_letters_a_word * words;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (uint8_t(c) < 0x80) {
      if (folds[uint8_t(c)]) return plain_run();
      ++at_;
      // A word that was cut at a line's end.
      if (c == '-' && in_word_ && at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) return join_lines();
      return gap(c);
    }
    const std::string_view bytes = text_.substr(at_, std::max<size_t>(1, utf8_length(text_.substr(at_, 4))));
    const auto one = UChar32(code_point(bytes));
    at_ += bytes.size();
    if (!u_isalnum(one)) {
      // Accents that stand alone belong to the letter in front of them.
      if (in_word_ && (U_GET_GC_MASK(one) & U_GC_M_MASK)) return add(bytes);
      return gap(u_isUWhiteSpace(one) ? ' ' : '.');
    }
    const bool alone = is_word_itself(one);
    if (alone) end_word();
    ++letters;
    add(bytes);
    if (alone) end_word();
  }

  // Letters and digits of ASCII in a row, folded: nearly all of most texts, so this loop is kept short.
  void plain_run() {
    if (!in_word_) begin_word();
    const size_t begin = at_;
    size_t digits = 0;
    for (; at_ < text_.size(); ++at_) {
      const uint8_t folded = folds[uint8_t(text_[at_])];
      if (!folded) break;
      word_.add(folded), digits += folded <= '9';
    }
    const std::string_view run = text_.substr(begin, at_ - begin);
    letters += run.size() - digits, digits_ += digits, digits_in_word_ += digits;
    only_digits_ &= digits == run.size();
    if (only_digits_)
      for (char c : run) number_in_word_ = number_in_word_ * 10 + unsigned(c - '0');
    if (beginning.size() < beginning_most) beginning += lower_ascii(run.substr(0, beginning_most));
  }
  // Another sign.
  void add(std::string_view sign) {
    if (!in_word_) begin_word();
    for (char c : sign) word_.add(uint8_t(c));
    only_digits_ = false;
    if (beginning.size() < beginning_most) beginning += sign;
  }
  void begin_word() {
    gaps_with_mark_ += gap_has_mark_, gaps_with_line_ += gap_has_line_;
    gap_has_mark_ = gap_has_line_ = false;
    in_word_ = true, word_ = {}, digits_in_word_ = 0, only_digits_ = true, number_in_word_ = 0;
    if (!beginning.empty() && beginning.size() < beginning_most) beginning += ' ';
  }
  // 12.03.2024, 1.250,00 and 0341/123456 are one number each: groups of digits with one such sign between them.
  void end_word() {
    if (!in_word_) return;
    in_word_ = false;
    const uint64_t hash = mixed(word_.value);
    hashes.push_back(hash);
    if (only_digits_ && digits_in_word_ > 0) {
      if (signs_since_number_ != 1 || !joins_) end_number();
      number_.value = number_.value * 31 + hash, number_digits_ += digits_in_word_, ++number_groups_;
      lone_ = number_in_word_;
    } else {
      end_number();
      if (digits_in_word_ >= 3) particulars.push_back(hash);
    }
    signs_since_number_ = 0, joins_ = false;
  }
  void end_number() {
    const bool year = number_groups_ == 1 && number_digits_ == 4 && lone_ >= 1900 && lone_ < 2100;
    if (number_digits_ >= 3 && !year) particulars.push_back(mixed(number_.value));
    number_ = {}, number_digits_ = number_groups_ = 0;
  }
  void gap(char c) {
    end_word();
    ++signs_since_number_;
    joins_ = c == '.' || c == ',' || c == '-' || c == '/' || c == ':';
    if (c == '\n' || c == '\r')
      gap_has_line_ = true;
    else if (c != ' ' && c != '\t')
      ++marks_, gap_has_mark_ = true;
  }
  void join_lines() {
    size_t next = at_;
    while (next < text_.size() && next < at_ + 2 && (text_[next] == '\r' || text_[next] == '\n')) ++next;
    if (next >= text_.size() || !(text_[next] >= 'a' && text_[next] <= 'z')) return gap('-');
    at_ = next;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t digits_ = 0, marks_ = 0, gaps_with_mark_ = 0, gaps_with_line_ = 0;
  bool gap_has_mark_ = false, gap_has_line_ = false;
  bool in_word_ = false, only_digits_ = true;
  WordHash word_;
  size_t digits_in_word_ = 0;
  uint64_t number_in_word_ = 0;
  WordHash number_;
  size_t number_digits_ = 0, number_groups_ = 0, signs_since_number_ = 0;
  uint64_t lone_ = 0;
  bool joins_ = false;
};

uint64_t group_of(const uint64_t* words) {
  uint64_t group = 0;
  for (size_t i = 0; i < words_in_group; ++i) group = std::rotl(group, 11) * 0x9e3779b97f4a7c15 + words[i];
  return mixed(group);
}

// Six words each, of texts that are public and travel with programs and books. Whoever shares one shares nothing else.
constexpr std::string_view public_phrases[] = {
    "permission is hereby granted free of",             // MIT, X11, Boost
    "permission to use copy modify and",                // ISC, historical BSD
    "permission to use copy modify distribute",         // the same
    "redistribution and use in source and",             // BSD
    "everyone is permitted to copy and",                // GNU licences
    "under the terms of the gnu",                       // notices of them
    "licensed under the apache license version",        // notices of Apache
    "apache license version 2 0 january",               // Apache
    "conditions under which a package may",             // Artistic
    "mozilla public license version 1 1",               // Mozilla
    "mozilla public license version 2 0",               // Mozilla
    "eclipse public license v 2 0",                     // Eclipse
    "creative commons corporation is not a",            // Creative Commons
    "creative commons attribution 4 0 international",   // notices of them
    "attribution sharealike 4 0 international public",  // the same
    "sil open font license version 1",                  // fonts
    "this software is provided as is",                  // zlib and others
    "this is free and unencumbered software",           // Unlicense
    "distribution of this memo is unlimited",           // RFCs
    "this ebook is for the use",                        // Project Gutenberg
    "by using the software you accept",                 // Microsoft's terms
    "permission is granted to copy distribute",         // GNU FDL
};

const std::vector<uint64_t>& public_groups() {
  static const std::vector<uint64_t> groups = [] {
    std::vector<uint64_t> out;
    for (std::string_view phrase : public_phrases) {
      const Words words(phrase);
      if (words.hashes.size() >= words_in_group) out.push_back(group_of(words.hashes.data()));
    }
    std::sort(out.begin(), out.end());
    return out;
  }();
  return groups;
}

using Firsts = std::array<uint64_t, text_signatures * groups_in_signature>;

// Multipliers that make the orders: odd, from one seed.
constexpr Firsts orders = [] {
  Firsts out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = mixed(0x5765667454657874 + i) | 1;
  return out;
}();

// The first word group of the text under each order; nothing when it repeats itself or is public.
std::optional<Firsts> firsts_of(const std::vector<uint64_t>& words) {
  Firsts firsts;
  firsts.fill(UINT64_MAX);
  const size_t count = words.size() - words_in_group + 1;
  Different groups(count);
  const std::vector<uint64_t>& known = public_groups();
  for (size_t at = 0; at < count; ++at) {
    const uint64_t group = group_of(words.data() + at);
    if (!groups.add(group)) continue;
    if (std::binary_search(known.begin(), known.end(), group)) return std::nullopt;
    for (size_t i = 0; i < firsts.size(); ++i) firsts[i] = std::min(firsts[i], group * orders[i]);
  }
  if (double(groups.count()) < least_fresh * double(count)) return std::nullopt;
  return firsts;
}

}  // namespace

std::optional<TextSignature> text_signature(std::string_view text) {
  if (text.size() < least_letters || text.size() > text_most) return std::nullopt;
  const std::string other = is_ascii(text) ? std::string() : folded(to_utf8(text));
  const Words words(other.empty() ? text : std::string_view(other));
  if (!words.is_running_text() || words.hashes.size() < least_words) return std::nullopt;
  Different different(words.hashes.size());
  for (uint64_t word : words.hashes) different.add(word);
  if (different.count() < least_words) return std::nullopt;
  const std::optional<Firsts> firsts = firsts_of(words.hashes);
  if (!firsts) return std::nullopt;

  TextSignature out;
  out.words = words.hashes.size(), out.beginning = beginning(words.beginning, beginning_most);
  for (size_t s = 0; s < text_signatures; ++s) {
    uint64_t value = 0;
    for (size_t i = 0; i < groups_in_signature; ++i) value = mixed(value + (*firsts)[s * groups_in_signature + i]);
    const uint64_t seed = mixed(s + 1);
    uint64_t particular = std::min(mixed(seed + 1), mixed(seed + 2));  // the two that every text has
    for (uint64_t one : words.particulars) particular = std::min(particular, mixed(seed ^ one));
    out.values.push_back(fmt::format("{}/{} {:016x}", s + 1, text_signatures, mixed(value + particular)));
  }
  return out;
}

bool is_users_text(std::string_view path, uint64_t size) {
  constexpr uint64_t least = 600, most = 32 * MiB;  // bytes of a file: pictures make a PDF large
  constexpr std::string_view of_source_trees[] = {
      "readme",  "changelog", "changes", "copying", "copyright",    "license", "licence", "install", "news",
      "authors", "history",   "notice",  "thanks",  "contributing", "todo",    "faq",     "credits", "release"};
  if (size < least || size > most || software_path(path) || cache_path(path)) return false;
  for (std::string_view folder : {"etc/", "var/log/", "var/lib/"})
    if (path.starts_with(folder)) return false;
  const std::string name = lower_ascii(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
  return std::none_of(std::begin(of_source_trees), std::end(of_source_trees), [&](std::string_view word) {
    return name.starts_with(word) && (name.size() == word.size() || !is_alpha(name[word.size()]));
  });
}

void add_text(Rows& rows, const At& at, std::string_view text, std::string_view role) {
  std::optional<TextSignature> signature = text_signature(text);
  if (!signature) return;
  for (std::string& value : signature->values)
    rows.selector(at, document_text, std::move(value), role,
                  fmt::format("{} words: {}…", signature->words, signature->beginning));
}

}  // namespace weft::artefacts
