#include "pack/stop_list.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace weft::pack {

uint64_t StopList::add(const std::string& name, std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  uint64_t count = 0;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto refuse = [&](const char* why) { throw Error(fmt::format("{}:{}: {}", printable(name), number, why)); };
    if (!is_utf8(line)) refuse("is not UTF-8; a stop list has to be");
    const size_t tab = line.find('\t');
    const std::string value = printable(line.substr(0, tab));
    if (value.empty()) refuse("no value in front of the tab");
    ++count;
    Entry& entry = entries_[value];
    if (tab == std::string_view::npos) {
      entry.everywhere = true;
      continue;
    }
    std::string context = printable(line.substr(tab + 1));
    if (context.empty()) refuse("no context behind the tab; without a tab the value is set aside everywhere");
    entry.sizes.insert(context.size());
    entry.contexts.insert(std::move(context));
  }
  if (count == 0) throw Error(fmt::format("{}: this stop list is empty", printable(name)));
  return count;
}

// The cost depends on how long the context is, not on how many the list has of the value.
bool StopList::holds(std::string_view value, std::string_view context) const {
  const auto found = entries_.find(printable(value));
  if (found == entries_.end()) return false;
  const Entry& entry = found->second;
  if (entry.everywhere) return true;
  const std::string shown = printable(context);
  if (entry.contexts.contains(shown)) return true;
  for (const size_t size : entry.sizes)
    for (size_t at = 0; at + size <= shown.size(); ++at)
      if (entry.contexts.contains(std::string_view(shown).substr(at, size))) return true;
  return false;
}

uint64_t write_stop_list(Database& database, const std::function<void(std::string_view)>& line) {
  database.each("SELECT DISTINCT value, context FROM feature WHERE context <> '' ORDER BY value, context",
                [&](const Database::Row& row) {
                  line(printable(row[0].value_or("")) + "\t" + printable(row[1].value_or("")));
                  return true;
                });
  return std::stoull(database.value("SELECT count(*) FROM feature WHERE context = ''").value_or("0"));
}

}  // namespace weft::pack
