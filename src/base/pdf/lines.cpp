// Where a line ends in an address, does that go on with the next line? A page says nothing of it. It may have links,
// though: annotations (ISO 32000-1 §12.5.6.5) that hold whole addresses. Where what stands at the line's end is how one
// of them begins, and the next line goes on as it does, both are one. That is no guess, and it tells a hyphen of the
// address from one that was put in where the line is broken.
//
// Without a link these are joined:
// - an address of the web that is broken where none ends: behind "?" or "=", or in its host ("https://keyring.debian.")
// - an address of mail that is broken at its hyphen or at its "@" ("debian-" "boot@lists.debian.org")
#include "base/pdf/lines.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"

namespace weft {
namespace {

constexpr size_t longest = 512;      // bytes of a word that is looked at
constexpr size_t most_links = 4096;  // of a page
constexpr std::string_view spaces = " \n\f";
constexpr std::string_view soft_hyphen = "\xc2\xad";

std::string_view first_word(std::string_view text) {
  text = text.substr(0, longest);
  return text.substr(0, text.find_first_of(spaces));
}

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

// In small letters, what is percent-encoded as what it stands for: pages show both.
std::string plain(std::string_view address) {
  std::string out;
  for (size_t i = 0; i < address.size(); ++i) {
    if (address[i] == '%' && is_hex(address.substr(i + 1, 2)) && i + 2 < address.size()) {
      const auto digit = [](char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
      out += char(digit(address[i + 1]) << 4 | digit(address[i + 2]));
      i += 2;
    } else {
      out += address[i];
    }
  }
  return lower_ascii(out);
}

class Links {
 public:
  explicit Links(const std::vector<std::string>& uris) {
    for (const std::string& uri : uris) {
      if (uri.size() > longest || known_.size() >= most_links) continue;
      std::string address = plain(uri);
      for (const std::string_view scheme : {"mailto:", "http://", "https://", "ftp://"})
        if (address.starts_with(scheme)) known_.push_back(address.substr(scheme.size()));
      if (address.starts_with("mailto:")) known_.push_back(known_.back().substr(0, known_.back().find('?')));
      known_.push_back(std::move(address));
    }
    std::sort(known_.begin(), known_.end());
  }
  bool are_none() const { return known_.empty(); }
  // One leads there.
  bool lead_to(std::string_view address) const {
    return std::binary_search(known_.begin(), known_.end(), address, std::less<>());
  }
  // One begins so, or, where the address is all of it, leads to what it begins with: "example.org/a)."
  bool fit(std::string_view address, size_t more_than) const {
    const auto at = std::lower_bound(known_.begin(), known_.end(), address, std::less<>());
    if (at != known_.end() && at->starts_with(address)) return true;
    constexpr size_t most_signs = 8;
    size_t signs = 0;
    for (size_t end = address.size() - 1; end > more_than && signs < most_signs; --end) {
      if (is_alnum(address[end])) continue;
      if (lead_to(address.substr(0, end))) return true;
      ++signs;
    }
    return false;
  }

 private:
  std::vector<std::string> known_;
};

class Joining {
 public:
  Joining(std::string_view text, const PdfLinks& links) : text_(text), ask_(links), work_(64 * KiB + 4 * text.size()) {}

  std::string joined(const std::vector<size_t>& ends) {
    out_.reserve(text_.size());
    size_t from = 0;
    for (const size_t end : ends) {
      const std::string_view piece = text_.substr(from, end - from);
      if (const size_t space = piece.find_last_of(spaces); space != std::string_view::npos)
        word_ = out_.size() + space + 1;
      out_ += piece;
      from = goes_on(end + 1) ? end + 1 : end;
    }
    out_ += text_.substr(from);
    return std::move(out_);
  }

 private:
  // Whether the address that out_ ends in does, at `at`; then without a hyphen that is not its own.
  bool goes_on(size_t at) {
    const std::string_view word = std::string_view(out_).substr(word_), next = first_word(text_.substr(at));
    if (word.empty() || next.empty() || word.size() > longest) return false;
    if (may_be_linked(word, next) && work_ > 0 && !links().are_none()) {
      work_ -= std::min(work_, word.size() + next.size());
      if (const size_t hyphen = linked(word, next); hyphen != none) {
        out_.resize(out_.size() - hyphen);
        return true;
      }
      if (is_whole(word)) return false;
    }
    return in_url(word, next) || in_mail(word, next);
  }

  static bool may_be_linked(std::string_view word, std::string_view next) {
    const std::string_view inside = word.substr(0, word.size() - 1);
    return inside.find("://") != std::string_view::npos || inside.find_first_of("@./") != std::string_view::npos ||
           next.find('@') != std::string_view::npos || word.ends_with(':');
  }
  const Links& links() {
    if (!links_) links_.emplace(ask_ ? ask_() : std::vector<std::string>());
    return *links_;
  }

  static constexpr size_t none = size_t(-1);
  // Where an address may begin in a word: at its first letter, behind a bracket or the like, at its scheme.
  static std::array<std::string_view, 3> beginnings(std::string_view word) {
    const auto from = [&](size_t at) { return at < word.size() ? word.substr(at) : std::string_view(); };
    size_t letter = 0, scheme = word.find("://");
    while (letter < word.size() && !is_alnum(word[letter])) ++letter;
    while (scheme != std::string_view::npos && scheme > 0 && is_alpha(word[scheme - 1])) --scheme;
    const size_t bracket = word.find_last_of("(<[{\"':,;=");
    return {from(letter), from(scheme), bracket == std::string_view::npos ? std::string_view() : from(bracket + 1)};
  }
  // How much of the end of the word is a hyphen that was put in, if a link goes on with the next line; or none.
  size_t linked(std::string_view word, std::string_view next) {
    for (const std::string_view begin : beginnings(word)) {
      if (begin.empty() || links().lead_to(plain(begin))) continue;
      const bool soft = begin.ends_with(soft_hyphen);
      if (!soft && fits(begin, next)) return 0;
      const size_t hyphen = soft ? soft_hyphen.size() : begin.ends_with('-') ? 1 : 0;
      if (hyphen > 0 && hyphen < begin.size() && fits(begin.substr(0, begin.size() - hyphen), next)) return hyphen;
    }
    return none;
  }
  bool fits(std::string_view begin, std::string_view next) {
    std::string all(begin);
    all += next;
    // The line may end within what stands for one sign: "%7" "0".
    if (const size_t percent = all.rfind('%'); percent != std::string::npos && percent + 3 > all.size())
      all.resize(percent);
    return links().fit(plain(all), plain(begin).size());
  }
  // The page has a link for what stands there.
  bool is_whole(std::string_view word) {
    for (const std::string_view begin : beginnings(word))
      if (!begin.empty() && links().lead_to(plain(begin))) return true;
    return false;
  }

  // The word is an address of the web that is broken where none ends: behind "?" or "=", or in its host.
  static bool in_url(std::string_view word, std::string_view next) {
    if (std::string_view("?=&%_#.").find(word.back()) == std::string_view::npos) return false;
    const size_t scheme = word.find("://");
    if (scheme == std::string_view::npos) return false;
    word.remove_prefix(scheme + 3);
    if (word.empty() || word.back() != '.') return true;
    if (word.find('/') != std::string_view::npos) return false;
    if (!is_digit(next.front()) && !is_small(next.front())) return false;
    // "https://www.", "https://keyring.": one name is no host. Of several, the last is none's end when it has four
    // letters or more, but for these.
    constexpr std::string_view ends[] = {"info", "name", "mobi", "asia", "jobs", "aero", "coop", "arpa", "museum"};
    const std::string_view host = word.substr(0, word.size() - 1), last = host.substr(host.rfind('.') + 1);
    return !host.empty() && (last == "www" || last.size() == host.size() ||
                             (last.size() > 3 && std::find(std::begin(ends), std::end(ends), last) == std::end(ends)));
  }

  // "debian-" "boot@lists.debian.org", "anna@" "example.org".
  static bool in_mail(std::string_view word, std::string_view next) {
    const auto is_local = [](char c) { return is_digit(c) || is_small(c) || c == '.' || c == '_' || c == '-'; };
    const char last = word.back();
    if (last != '-' && last != '@') return false;
    size_t begin = word.size() - 1;
    while (begin > 0 && is_local(word[begin - 1])) --begin;
    const std::string_view local = word.substr(begin, word.size() - 1 - begin);
    if (local.size() < 2 || !is_small(local.front()) || !is_alnum(local.back())) return false;
    if (begin > 0 && std::string_view("(<[\"':,;").find(word[begin - 1]) == std::string_view::npos) return false;
    size_t end = 0;
    while (end < next.size() && is_local(next[end])) ++end;
    const std::string_view part = next.substr(0, end);
    if (part.empty() || !is_alnum(part.front())) return false;
    if (last == '@')
      return part.substr(0, part.size() - 1).find('.') != std::string_view::npos && next.substr(end, 1) != "@";
    return last == '-' && next.substr(end, 1) == "@" && end + 1 < next.size() && is_alnum(next[end + 1]);
  }

  std::string_view text_;
  const PdfLinks& ask_;
  std::optional<Links> links_;
  size_t work_;  // bytes of words that may still be compared with links: joined ones are looked at again and again
  std::string out_;
  size_t word_ = 0;  // where its last word begins
};

}  // namespace

std::string pdf_joined_lines(std::string_view text, const std::vector<size_t>& ends, const PdfLinks& links) {
  return Joining(text, links).joined(ends);
}

}  // namespace weft
