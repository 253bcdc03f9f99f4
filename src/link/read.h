// Link tables back into their row structs (link/rows.h).
#pragma once

#include <cstdlib>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/time.h"
#include "link/rows.h"
#include "pack/database.h"
#include "pack/schema.h"

namespace weft::link {

inline void read_field(pack::Database::Value& from, std::string& to) {
  to = std::move(from).value_or("");
}
inline void read_field(pack::Database::Value& from, uint64_t& to) {
  to = from ? std::strtoull(from->c_str(), nullptr, 10) : 0;
}
inline void read_field(pack::Database::Value& from, double& to) {
  to = from ? std::strtod(from->c_str(), nullptr) : 0;
}
inline void read_field(pack::Database::Value& from, bool& to) {
  to = from && *from == "true";
}
inline void read_field(pack::Database::Value& from, Time& to) {
  to = (from ? from_text(*from) : std::nullopt).value_or(Time{});
}
template <class T>
void read_field(pack::Database::Value& from, std::optional<T>& to) {
  if (from) read_field(from, to.emplace());
}

// The rows of an attached table. clause: WHERE, ORDER BY, LIMIT.
template <class Row>
std::vector<Row> read(pack::Database& database, const std::string& clause) {
  std::vector<Row> out;
  std::string table(Row::table);
  for (pack::Database::Row& from : database.rows("SELECT " + pack::column_names(pack::table_info<Row>()) + " FROM " +
                                                 pack::identifier(table) + " " + clause)) {
    Row& to = out.emplace_back();
    size_t at = 0;
    std::apply([&](const auto&... column) { (read_field(from[at++], to.*column.member), ...); }, columns_of<Row>);
  }
  return out;
}

}  // namespace weft::link
