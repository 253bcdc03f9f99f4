// Host names: RFC 1034/1123 syntax (with "_", which Windows hosts have), RFC 5890 IDN labels, RFC 3492 Punycode.
// The public suffix list (publicsuffix.org) says what can be registered. Version numbers, file names and object members
// look like host names; only the list tells them apart, so nothing without it counts.
#include "scan/scanners/validate/host.h"

#include <algorithm>
#include <libpsl.h>
#include <utility>
#include <vector>

#include "base/text.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/memo.h"
#include "scan/scanners/validate/utf8.h"

namespace weft::scan {
namespace {

struct Label {
  size_t begin, end;
};

// Whether a name is a public suffix (ICANN part, without the rule that any unknown label is one). The list takes a
// microsecond for an answer, and evidence asks for the same few thousand names.
bool is_suffix(const std::string& name) {
  thread_local Memo<bool> answers;
  return answers.of(name, [&] {
    return psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
  });
}

// Labels of letters, digits, "-", "_" and foreign letters, joined by single dots; at most 253 bytes in all.
std::vector<Label> labels_at(std::string_view text, size_t begin) {
  std::vector<Label> labels;
  size_t limit = std::min(text.size(), begin + 253);
  size_t start = begin, at = begin;
  auto close = [&] {
    if (at > start && at - start <= 63 && text[start] != '-') labels.push_back({start, at});
    return at > start && at - start <= 63 && text[start] != '-';
  };
  while (at < limit) {
    uint8_t c = uint8_t(text[at]);
    if (is_alnum(c) || c == '-' || c == '_') {
      ++at;
    } else if (c == '.') {
      if (!close()) return labels;
      start = ++at;
    } else if (c >= 0x80) {
      CodePoint letter = code_point_at(text, at);
      if (letter.length == 0 || !is_foreign_letter(letter.value)) break;
      at += letter.length;
    } else {
      break;
    }
  }
  close();
  return labels;
}

std::string lower_utf8(std::string_view label) {
  std::string out = lower_ascii(label);
  bool ascii = true;
  for (char c : out) ascii = ascii && uint8_t(c) < 0x80;
  if (ascii) {
    if (out.starts_with("xn--"))
      if (auto decoded = punycode(std::string_view(out).substr(4))) return *decoded;
    return out;
  }
  thread_local Memo<std::string> answers;
  return answers.of(out, [&] {
    std::string in_lower = out;
    char* lower = nullptr;
    if (psl_str_to_utf8lower(out.c_str(), "utf-8", nullptr, &lower) == PSL_SUCCESS && lower) in_lower = lower;
    psl_free_string(lower);
    return in_lower;
  });
}

// How much of the label is a top-level domain: all of it, or a start of it behind which something else clearly begins:
// a digit, a capital after small letters, a hyphen, the scheme of a URL.
size_t top_level_length(std::string_view text, Label label) {
  std::string_view raw = text.substr(label.begin, label.end - label.begin);
  if (is_top_level(lower_utf8(raw))) return raw.size();
  if (!is_alpha(raw[0])) return 0;
  auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  size_t length = 1;
  while (length < raw.size() && is_alpha(raw[length]) && !(small(raw[length - 1]) && !small(raw[length]))) ++length;
  std::string_view behind = text.substr(label.end, 3);
  if (length == raw.size() && behind == "://")
    for (std::string_view scheme : {"https", "http", "ftp"})
      if (raw.ends_with(scheme)) {
        length = raw.size() - scheme.size();
        break;
      }
  if (length < 2 || length == raw.size()) return 0;
  if (raw[length] == '_') return 0;
  return is_top_level(lower_ascii(raw.substr(0, length))) ? length : 0;
}

// What may follow a complete name behind a dot without being part of it: the next sentence, the ending of a file name.
bool is_glued(std::string_view label) {
  if (label[0] >= 'A' && label[0] <= 'Z') return true;
  for (std::string_view ending :
       {"html", "htm", "txt", "eml", "msg", "vcf", "pdf", "json", "xml", "log", "crt", "key", "pem"})
    if (label == ending) return true;
  return false;
}

}  // namespace

bool is_top_level(const std::string& label) {
  if (label.size() < 2 || is_digit(label[0])) return false;
  return is_suffix(label);
}

namespace {

// The host that begins the text.
std::optional<Host> host_of(std::string_view text) {
  std::vector<Label> labels = labels_at(text, 0);
  while (labels.size() >= 2) {
    Label last = labels.back();
    size_t length = top_level_length(text, last);
    labels.pop_back();
    if (length == 0) {
      if (!is_glued(text.substr(last.begin, last.end - last.begin))) return std::nullopt;
      continue;
    }
    std::string value;
    for (Label label : labels) {
      if (text[label.end - 1] == '-') return std::nullopt;
      value += lower_utf8(text.substr(label.begin, label.end - label.begin)) + '.';
    }
    value += lower_utf8(text.substr(last.begin, length));
    if (is_suffix(value)) return std::nullopt;
    return Host{last.begin + length, std::move(value)};
  }
  return std::nullopt;
}

}  // namespace

// The same few thousand hosts stand in most evidence, and what a host is depends on its signs and three behind alone.
std::optional<Host> host_at(std::string_view text, size_t begin) {
  constexpr size_t longest = 253, behind = 3;
  constexpr Signs signs = Signs("-_.").with([](uint8_t c) { return is_alnum(c) || c >= 0x80; });
  const size_t end = signs.first_other_in(text, begin, std::min(text.size(), begin + longest));
  thread_local Memo<std::optional<Host>> answers;
  const std::string_view seen = text.substr(begin, end - begin + behind);
  std::optional<Host> out = answers.of(seen, [&] { return host_of(seen); });
  if (out) out->end += begin;
  return out;
}

std::optional<std::string> punycode(std::string_view label) {
  constexpr uint32_t base = 36, t_min = 1, t_max = 26, skew = 38, damp = 700;
  std::vector<char32_t> out;
  size_t hyphen = label.rfind('-');
  size_t at = 0;
  if (hyphen != std::string_view::npos) {
    out.assign(label.begin(), label.begin() + hyphen);
    at = hyphen + 1;
  }
  if (label.size() > 63 || at >= label.size()) return std::nullopt;
  uint64_t n = 128, i = 0;
  uint32_t bias = 72;
  while (at < label.size()) {
    uint64_t before = i, weight = 1;
    for (uint32_t k = base;; k += base) {
      if (at == label.size()) return std::nullopt;
      char c = label[at++];
      uint32_t digit = is_digit(c) ? uint32_t(c - '0' + 26) : c >= 'a' && c <= 'z' ? uint32_t(c - 'a') : base;
      if (digit >= base) return std::nullopt;
      i += digit * weight;
      if (i > 0xFFFFFFFF) return std::nullopt;
      uint32_t t = k <= bias ? t_min : k >= bias + t_max ? t_max : k - bias;
      if (digit < t) break;
      weight *= base - t;
      if (weight > 0xFFFFFFFF) return std::nullopt;
    }
    uint64_t count = out.size() + 1;
    uint64_t delta = before == 0 ? (i - before) / damp : (i - before) / 2;
    delta += delta / count;
    uint32_t k = 0;
    for (; delta > ((base - t_min) * t_max) / 2; k += base) delta /= base - t_min;
    bias = k + uint32_t((base - t_min + 1) * delta / (delta + skew));
    n += i / count;
    i %= count;
    if (n > 0x10FFFF || (n >= 0xD800 && n < 0xE000)) return std::nullopt;
    out.insert(out.begin() + i, char32_t(n));
    ++i;
  }
  std::string text;
  for (char32_t c : out) append_utf8(text, c);
  return text;
}

}  // namespace weft::scan
