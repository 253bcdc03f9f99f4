#include "extract/lists.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <tuple>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "scan/words.h"
#include "scan/yara_rules.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;

constexpr const char *words = "words", *rules = "rules", *stop_list = "stop";

std::string place_of(const Case& in, const std::string& sha256, const std::string& path) {
  return fmt::format("{}/{}/{}", in.lists(), sha256, files::path(path).filename().string());
}

}  // namespace

std::string Lists::One::name() const {
  return files::path(path).filename().string();
}

Lists::Lists(const Paths& paths) {
  for (const std::string& path : paths.words) add(words, path);
  for (const std::string& path : paths.rules) add(rules, path);
  for (const std::string& path : paths.stop) add(stop_list, path);
}

void Lists::add(const std::string& kind, const std::string& path) {
  One one{kind, files::absolute(path).lexically_normal().string(), read_file(path), {}, 0};
  one.sha256 = sha256_hex(as_bytes(one.text));
  const bool known = std::any_of(all_.begin(), all_.end(), [&](const One& other) {
    return other.kind == one.kind && other.sha256 == one.sha256 && other.name() == one.name();
  });
  if (!known) all_.push_back(std::move(one));
}

Lists Lists::kept(const Case& in, const std::vector<pack::UsedList>& used) {
  Lists out;
  for (const pack::UsedList& one : used) {
    const std::string path = place_of(in, one.sha256, one.path);
    out.add(one.kind, path);
    if (sha256_hex(as_bytes(read_file(path))) != one.sha256)
      throw Error("is not the list any more that the pack was made with", path);
  }
  return out;
}

void Lists::check() {
  stop_ = {};
  for (One& one : all_) {
    const std::vector<scan::ListFile> file = {{one.path, one.text}};
    if (one.kind == words) one.terms = scan::Words(file).terms();
    if (one.kind == rules) one.terms = scan::YaraRules(file).rules();
    if (one.kind == stop_list) one.terms = stop_.add(one.path, one.text);
  }
  const scan::Lists together = searched();
  if (together.words.size() > 1) scan::Words{together.words};
  if (together.rules.size() > 1) scan::YaraRules{together.rules};
}

scan::Lists Lists::searched() const {
  scan::Lists out;
  for (const One& one : all_)
    if (one.kind != stop_list) (one.kind == words ? out.words : out.rules).push_back({one.path, one.text});
  return out;
}

Lists Lists::keep(const Case& in) const {
  Lists out = *this;
  for (One& one : out.all_) {
    one.path = place_of(in, one.sha256, one.path);
    files::create_directories(files::path(one.path).parent_path());
    if (!exists(one.path)) write_file(one.path, one.text);
  }
  return out;
}

Lists::Paths Lists::paths() const {
  Paths out;
  for (const One& one : all_)
    (one.kind == words ? out.words : one.kind == rules ? out.rules : out.stop).push_back(one.path);
  return out;
}

std::vector<pack::UsedList> Lists::used() const {
  std::vector<pack::UsedList> out;
  for (const One& one : all_) out.push_back({one.kind, printable(one.path), one.sha256, one.terms});
  return out;
}

std::map<std::string, std::string> Lists::log_lines() const {
  std::map<std::string, std::string> out;
  for (const One& one : all_)
    out[fmt::format("{} {}", one.kind, printable(one.path))] = fmt::format("SHA-256 {}, {} {}", one.sha256, one.terms,
                                                                           one.kind == words   ? "terms"
                                                                           : one.kind == rules ? "rules"
                                                                                               : "entries");
  return out;
}

// A stop list marks rows when the pack is sealed; what units hold does not depend on it. The name of a file of rules is
// their namespace.
std::vector<std::string> Lists::what_rows_depend_on() const {
  std::vector<std::string> out;
  for (const One& one : all_) {
    if (one.kind == words) out.push_back("words " + one.sha256);
    if (one.kind == rules) out.push_back(fmt::format("rules {} {}", one.sha256, printable(one.name())));
  }
  return out;
}

bool Lists::are(const std::vector<pack::UsedList>& of_pack) const {
  const auto keys = [](const std::vector<pack::UsedList>& lists) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const pack::UsedList& one : lists) out.emplace_back(one.kind, one.sha256);
    std::sort(out.begin(), out.end());
    return out;
  };
  return keys(used()) == keys(of_pack);
}

}  // namespace weft::extract
