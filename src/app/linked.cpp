#include "app/linked.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "link/link.h"
#include "report/words.h"

namespace weft::app {
namespace {

constexpr size_t labels_named = 3;

// Levenshtein's distance, letters in any case.
size_t distance(std::string_view x, std::string_view y) {
  std::string a = lower_ascii(x), b = lower_ascii(y);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

}  // namespace

// A label that begins as asked is nearer than one that is only short.
std::string nearest(const std::string& asked, const std::vector<std::string>& labels) {
  std::vector<std::pair<size_t, std::string>> by_distance;
  for (const std::string& label : labels) {
    bool part = !asked.empty() && lower_ascii(label).find(lower_ascii(asked)) != std::string::npos;
    by_distance.emplace_back(part ? 0 : distance(asked, label), label);
  }
  std::sort(by_distance.begin(), by_distance.end());
  std::string out;
  for (size_t i = 0; i < std::min(by_distance.size(), labels_named); ++i)
    (out += i ? ", " : "") += by_distance[i].second;
  return out;
}

Linked::Linked(const std::string& folder)
    : in_(extract::Case::open(folder, true)), database_(in_.temporary(), 512 * MiB) {
  std::string manifest = in_.links() + "/manifest.json";
  if (!exists(manifest)) throw Error("the case has not been linked yet: weft link " + folder, folder);
  Json json = Json::parse(read_file(manifest), nullptr, false);
  if (!link::are_of_this_version(in_.links()))
    throw Error("the case was linked by another version; link it again: weft link " + folder, folder);
  if (json.value("scope", "") != in_.scope().sha256())
    throw Error("the links were made under other scope rules; link again: weft link " + folder, folder);
  for (const Json& pack : json.value("packs", Json::array()))
    if (pack.is_object()) exhibits_.push_back(pack.value("exhibit", ""));
  std::sort(exhibits_.begin(), exhibits_.end());
  behind_ = link::behind(in_.links(), in_.sealed_packs());
  database_.attach_links(in_.links());
}

bool Linked::has_table(const std::string& name) {
  return database_
      .value("SELECT 1 FROM duckdb_views() WHERE NOT internal AND view_name = " + pack::Database::quote(name))
      .has_value();
}

void Linked::check_table(const std::string& name) {
  if (!has_table(name))
    throw Error("the links of an earlier version have no table " + name + "; link again: weft link " + in_.folder(),
                in_.folder());
}

void Linked::check_label(const std::string& label) const {
  if (std::binary_search(exhibits_.begin(), exhibits_.end(), label)) return;
  if (std::find(behind_.begin(), behind_.end(), label) != behind_.end())
    throw Error("this exhibit was extracted after the case was linked: weft link " + in_.folder(), label);
  throw Error("the case has no such exhibit; the nearest labels are " + nearest(label, exhibits_), label);
}

link::Index Linked::index(const std::string& label) const {
  std::string path = in_.indexes() + "/" + label + ".index";
  if (!exists(path)) throw Error("the selector index is not there; linking makes it: weft link " + in_.folder(), path);
  return link::Index(path);
}

void note_gaps(const Linked& linked, Answer& answer) {
  note_not_extracted(linked.in(), answer);
  note_behind(linked.behind(), answer);
}

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string place_text(const std::string& exhibit, const std::string& path, const std::string& file) {
  return report::terminal_text(exhibit + ":" + path) + "  " +
         (file.empty() ? "(in no file)" : report::terminal_text(file));
}

}  // namespace weft::app
