// Terms as patterns over bytes. Hyperscan's own UTF-8 mode wants valid UTF-8, and disks hold anything; so each sign
// becomes the bytes of its cases: "п" is (?:\xd0\xbf|\xd0\x9f) in UTF-8 and [\xef\xcf] in windows-1251. A term has as
// many forms as its bytes differ: "müller" is one in the four Windows and ISO pages that agree on ü, another in DOS's.
//
// In Unicode a letter with an accent may stand as two signs, the letter and the accent (NFD, as macOS writes names of
// files): in UTF-8 and UTF-16 a sign may be either.
//
// A form of fewer than three bytes is left out ("да" in windows-1251, "水" in UTF-16): chance would bring it many times
// a page.
//
// UTF-16 that holds only signs below U+0100, with zeros around it, reads both ways, shifted by one byte. As in
// utf16.cpp, the reading that makes the longer text counts, and of equally long ones that of even offsets.
#include "scan/words.h"

#include <algorithm>
#include <cwctype>
#include <fmt/format.h>
#include <set>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "scan/scanners/validate/escape.h"

namespace weft::scan {
namespace {

constexpr size_t shortest = 3, longest = 256;  // bytes of a term
constexpr size_t most_forms = 20'000;          // of all terms; more take minutes and gigabytes to compile
constexpr size_t around = 16;                  // bytes shown on each side
constexpr size_t compared = 64;                // characters on each side, where UTF-16 reads both ways

// Cases and letters of all scripts, whatever the locale of the machine.
locale_t unicode() {
  static const locale_t it = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (!it) throw Error("the C library has no locale C.UTF-8");
  return it;
}

// Valid UTF-8 as characters.
std::u32string characters(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = uint8_t(text[i]);
    const size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t c = more == 0 ? lead : lead & (0x3F >> more);
    for (size_t k = 1; k <= more && i + k < text.size(); ++k) c = c << 6 | (uint8_t(text[i + k]) & 0x3F);
    out += c;
    i += more + 1;
  }
  return out;
}

// "brook\nKestrel", where that is no path.
bool parts_words(std::string_view text, const Escape& escape) {
  return text[escape.begin] != '\\' || !is_in_path(text, escape.begin);
}

// Simple case folding, the other way round: the signs that fold alike. ASCII stays ASCII (no Kelvin sign for k).
std::u32string cases_of(char32_t c) {
  std::set<char32_t> all = {c};
  const auto lower = [](char32_t x) { return char32_t(towlower_l(wint_t(x), unicode())); };
  const auto upper = [](char32_t x) { return char32_t(towupper_l(wint_t(x), unicode())); };
  for (char32_t other : {lower(c), upper(c), lower(upper(c))})
    if ((other < 0x80) == (c < 0x80)) all.insert(other);
  constexpr char32_t sigma = 0x3C3, final_sigma = 0x3C2;  // σ, and ς at the end of a word
  if (all.contains(sigma)) all.insert(final_sigma);
  return {all.begin(), all.end()};
}

const icu::Normalizer2& normal_form(bool of_parts) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* out =
      of_parts ? icu::Normalizer2::getNFDInstance(error) : icu::Normalizer2::getNFCInstance(error);
  if (!out || U_FAILURE(error)) throw Error("ICU has no normal forms of Unicode");
  return *out;
}

// "ü" as the letter and what stands on it; empty when it has no parts.
std::u32string parts_of(char32_t c) {
  icu::UnicodeString parts;
  std::u32string out;
  if (!normal_form(true).getDecomposition(UChar32(c), parts)) return out;
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) out += char32_t(parts.char32At(i));
  return out;
}

// With parts put together where there is a sign for them.
std::u32string put_together(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const UChar32 pair = out.empty() ? -1 : normal_form(false).composePair(UChar32(out.back()), UChar32(c));
    if (pair >= 0)
      out.back() = char32_t(pair);
    else
      out += c;
  }
  return out;
}

// Scripts that do not part their words: there a term begins and ends anywhere.
bool is_unparted(char32_t c) {
  return (c >= 0xE00 && c < 0xF00) || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1100 && c < 0x1200) ||
         (c >= 0x1780 && c < 0x1800) || (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xA960 && c < 0xA980) ||
         (c >= 0xAC00 && c < 0xD800) || (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFF0) || c >= 0x20000;
}

// Letters, digits, the underscore, and accents that stand behind their letter.
bool is_word(char32_t c) {
  if (c < 0x80) return is_alnum(int(c)) || c == '_';
  if ((c >= 0x300 && c < 0x370) || (c >= 0x591 && c < 0x5C8) || (c >= 0x64B && c < 0x660)) return true;
  return !is_unparted(c) && iswalnum_l(wint_t(c), unicode()) != 0;
}

std::string in_utf8(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

std::string in_utf16(char32_t c, bool big_endian) {
  std::string out;
  const auto put = [&](uint32_t unit) {
    const char high = char(unit >> 8), low = char(unit & 0xFF);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  if (c >= 0x10000) {
    put(0xD800 + ((c - 0x10000) >> 10));
    put(0xDC00 + ((c - 0x10000) & 0x3FF));
  } else {
    put(c);
  }
  return out;
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (char c : bytes) is_alnum(c) ? out += c : out += fmt::format("\\x{:02x}", uint8_t(c));
  return out;
}

// One of several byte strings, with what all begin with in front: \xd0[\x9f\xbf].
std::string one_of(const std::vector<std::string>& all) {
  size_t common = 0;
  const auto agree = [&](const std::string& s) { return common < s.size() && s[common] == all[0][common]; };
  while (all.size() > 1 && std::all_of(all.begin(), all.end(), agree)) ++common;
  if (all.size() == 1) return escaped(all[0]);
  std::string out = escaped(std::string_view(all[0]).substr(0, common)), choice;
  const bool bytes = std::all_of(all.begin(), all.end(), [&](auto& s) { return s.size() == common + 1; });
  for (const std::string& s : all)
    choice += (bytes || choice.empty() ? "" : "|") + escaped(std::string_view(s).substr(common));
  return out + (bytes ? "[" + choice + "]" : "(?:" + choice + ")");
}

// The character that ends at `at`, or begins there; 0 when there is none.
char32_t before_utf8(std::string_view text, size_t at) {
  size_t begin = at - std::min<size_t>(at, 1);
  while (begin > 0 && at - begin < 4 && (uint8_t(text[begin]) & 0xC0) == 0x80) --begin;
  const std::string_view one = text.substr(begin, at - begin);
  return one.empty() || !is_utf8(one) ? 0 : characters(one)[0];
}
char32_t behind_utf8(std::string_view text, size_t at) {
  for (size_t size = 1; size <= 4 && at + size <= text.size(); ++size)
    if (is_utf8(text.substr(at, size))) return characters(text.substr(at, size))[0];
  return 0;
}
char32_t unit_at(std::string_view text, size_t at, bool big_endian) {
  const unsigned a = uint8_t(text[at]), b = uint8_t(text[at + 1]);
  return big_endian ? a << 8 | b : b << 8 | a;
}
char32_t before_utf16(std::string_view text, size_t at, bool big_endian) {
  return at < 2 ? 0 : unit_at(text, at - 2, big_endian);
}
char32_t behind_utf16(std::string_view text, size_t at, bool big_endian) {
  return text.size() - at < 2 ? 0 : unit_at(text, at, big_endian);
}

bool is_text(char32_t c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r' || (c >= 0x80 && is_word(c));
}

// How much text stands around [begin, end): units up to the last ASCII ones, since at its edges text may have caught a
// stray byte; then all units.
std::pair<size_t, size_t> text_around(std::string_view text, size_t begin, size_t end, bool big_endian) {
  size_t sure_before = 0, sure_behind = 0, before = 0, behind = 0;
  for (char32_t c; before < compared && is_text(c = before_utf16(text, begin, big_endian)); begin -= 2)
    ++before, sure_before = c < 0x80 ? before : sure_before;
  for (char32_t c; behind < compared && is_text(c = behind_utf16(text, end, big_endian)); end += 2)
    ++behind, sure_behind = c < 0x80 ? behind : sure_behind;
  return {sure_before + sure_behind, before + behind};
}

std::string_view trimmed(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : line.substr(first, last + 1 - first);
}

}  // namespace

Words::Words(std::span<const ListFile> files) {
  std::set<std::string> known;
  for (const ListFile& file : files) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    std::string_view rest = file.text;
    if (rest.starts_with(mark)) rest.remove_prefix(mark.size());
    bool any = false;
    for (size_t number = 1; !rest.empty(); ++number) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string line(trimmed(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.empty() || line[0] == '#') continue;
      any = true;
      if (known.insert(line).second) add(line, fmt::format("{}:{}", printable(file.name), number));
    }
    if (!any) throw Error(fmt::format("{}: this list of words holds no term", printable(file.name)));
  }
}

void Words::add(const std::string& line, const std::string& where) {
  const auto refuse = [&](const std::string& why) { throw Error(fmt::format("{}: {}", where, why)); };
  if (!is_utf8(line)) refuse("is not UTF-8; a list of words has to be");
  if (line.find('\0') != std::string::npos) refuse("holds a NUL; a list of words is text");
  if (forms_.size() > most_forms)
    refuse(fmt::format("too many terms: with their spellings in all code pages they are more than {}", most_forms));
  Term term{line, line, true, true};
  if (term.core.starts_with('*')) term.core.erase(0, 1), term.whole_before = false;
  if (term.core.ends_with('*')) term.core.pop_back(), term.whole_behind = false;
  if (term.core.size() < shortest)
    refuse(fmt::format("the term '{}' is shorter than {} bytes: it would be found everywhere by chance",
                       printable(line), shortest));
  if (term.core.size() > longest) refuse(fmt::format("a term of more than {} bytes", longest));
  const std::u32string core = put_together(characters(term.core));
  term.whole_before = term.whole_before && is_word(core.front());
  term.whole_behind = term.whole_behind && is_word(core.back());
  terms_.push_back(std::move(term));
  add_forms(terms_.size() - 1, core);
}

void Words::add_forms(size_t term, std::u32string_view core) {
  const auto signs = [&](const auto& encode) {
    Signs out;
    for (char32_t c : core) {
      std::set<std::string> all;
      for (char32_t one : cases_of(c))
        if (std::string bytes = encode(one); !bytes.empty()) all.insert(std::move(bytes));
      out.emplace_back(all.begin(), all.end());
    }
    return out;
  };
  const auto with_parts = [&](const auto& encode) {
    Signs out = signs(encode);
    for (size_t i = 0; i < core.size(); ++i)
      for (const char32_t one : cases_of(core[i])) {
        std::string bytes;
        for (const char32_t part : parts_of(one)) bytes += encode(part);
        if (!bytes.empty()) out[i].push_back(std::move(bytes));
      }
    return out;
  };
  add_form({term, Coding::utf8, nullptr, with_parts(in_utf8)});
  // In this order: the two readings of UTF-16 know each other by their numbers.
  if (core.size() > 1) {
    add_form({term, Coding::utf16le, nullptr, with_parts([](char32_t c) { return in_utf16(c, false); })});
    add_form({term, Coding::utf16be, nullptr, with_parts([](char32_t c) { return in_utf16(c, true); })});
  }
  Scripts scripts = 0;
  for (char32_t c : core) scripts |= scripts_of(c);
  std::set<Signs> known;
  for (const CodePage& page : pages_) {
    if ((page.scripts() & scripts) == 0) continue;
    Form form{term, Coding::page, &page, signs([&](char32_t c) { return page.encoded(c); })};
    size_t size = 0;
    for (const auto& sign : form.signs)
      size = sign.empty() ? 0 : size + std::min_element(sign.begin(), sign.end(), [](const auto& a, const auto& b) {
                                         return a.size() < b.size();
                                       })->size();
    const bool whole = std::none_of(form.signs.begin(), form.signs.end(), [](const auto& s) { return s.empty(); });
    if (whole && size >= shortest && known.insert(form.signs).second) add_form(std::move(form));
  }
}

void Words::add_form(Form form) {
  std::string regex;
  for (const auto& sign : form.signs) regex += one_of(sign);
  regexes_.push_back(std::move(regex));
  patterns_.push_back({regexes_.back().c_str(), dotall, uint32_t(forms_.size())});
  forms_.push_back(std::move(form));
}

// Hyperscan says where a match ends; from there its signs are followed back.
std::optional<size_t> Words::begin_of(std::string_view text, size_t end, const Form& form) {
  size_t at = end;
  for (auto sign = form.signs.rbegin(); sign != form.signs.rend(); ++sign) {
    const auto one =
        std::find_if(sign->begin(), sign->end(), [&](const std::string& s) { return text.substr(0, at).ends_with(s); });
    if (one == sign->end()) return std::nullopt;
    at -= one->size();
  }
  return at;
}

bool Words::reads_better_the_other_way(std::string_view text, uint64_t origin, size_t begin, size_t end,
                                       size_t form) const {
  const bool big = forms_[form].coding == Coding::utf16be;
  const size_t other = big ? form - 1 : form + 1;
  if (big ? end == text.size() : begin == 0) return false;
  const size_t other_begin = big ? begin + 1 : begin - 1, other_end = big ? end + 1 : end - 1;
  if (begin_of(text, other_end, forms_[other]) != other_begin) return false;
  const auto here = text_around(text, begin, end, big), there = text_around(text, other_begin, other_end, !big);
  if (here != there) return here < there;
  const size_t little_begin = big ? other_begin : begin;
  const bool little_better = (origin + little_begin) % 2 == 0;
  return big == little_better;
}

// The bytes of a form as text, with what stands around them.
std::string Words::shown(std::string_view text, size_t begin, size_t end, const Form& form) const {
  size_t first = begin - std::min(begin, around), last = std::min(text.size(), end + around);
  if (form.coding != Coding::page) {
    first += (begin - first) % 2, last -= (last - end) % 2;
    const Bytes bytes = as_bytes(text.substr(first, last - first));
    return form.coding == Coding::utf16be ? from_utf16be(bytes) : from_utf16le(bytes);
  }
  const auto decoded = [&](size_t from, size_t to) {
    std::string out;
    for (size_t i = from; i < to; ++i)
      if (const char32_t c = form.page->decoded(uint8_t(text[i])))
        append_utf8(out, c);
      else
        out += text[i];
    return out;
  };
  const std::string word = decoded(begin, end);
  return decoded(first, begin) + (is_utf8(word) ? word : terms_[form.term].core) + decoded(end, last);
}

// Whether no letter beside it makes it a part of a longer word.
bool Words::stands_alone(std::string_view text, size_t begin, size_t end, const Form& form) const {
  const Term& term = terms_[form.term];
  const bool big = form.coding == Coding::utf16be, wide = big || form.coding == Coding::utf16le;
  const auto before = [&]() -> char32_t {
    if (wide) return before_utf16(text, begin, big);
    if (const Escape escape = escape_over(text, begin); escape.end == begin && begin > 0 && parts_words(text, escape))
      return escape.value;
    if (!form.page) return before_utf8(text, begin);
    return begin == 0 ? 0 : form.page->decoded(uint8_t(text[begin - 1]));
  };
  const auto behind = [&]() -> char32_t {
    if (wide) return behind_utf16(text, end, big);
    if (!form.page) return behind_utf8(text, end);
    return end == text.size() ? 0 : form.page->decoded(uint8_t(text[end]));
  };
  return !(term.whole_before && is_word(before())) && !(term.whole_behind && is_word(behind()));
}

std::optional<Words::Found> Words::judge(std::string_view text, uint64_t origin, const Hit& hit) const {
  const Form& form = forms_[hit.pattern];
  const std::optional<size_t> begin = begin_of(text, hit.end, form);
  if (!begin || !stands_alone(text, *begin, hit.end, form)) return std::nullopt;
  Found out{terms_[form.term].line, "utf-8", *begin, hit.end, {}};
  if (form.coding == Coding::page) {
    // Pages that differ in capitals only: the one in widest use, whose form has a smaller number, is named.
    for (size_t i = hit.pattern; i-- > 0 && forms_[i].term == form.term && forms_[i].coding == Coding::page;)
      if (begin_of(text, hit.end, forms_[i]) == begin && stands_alone(text, *begin, hit.end, forms_[i]))
        return std::nullopt;
    out.encoding = form.page->name();
  } else if (form.coding != Coding::utf8) {
    if (reads_better_the_other_way(text, origin, *begin, hit.end, hit.pattern)) return std::nullopt;
    out.encoding = form.coding == Coding::utf16be ? "utf-16be" : "utf-16le";
  }
  if (form.coding != Coding::utf8) out.shown = shown(text, *begin, hit.end, form);
  return out;
}

}  // namespace weft::scan
