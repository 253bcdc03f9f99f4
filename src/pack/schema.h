// From row structs (model/rows.h, link/rows.h) to columns: names, types and words, known while compiling. Tables, unit
// files, appenders and docs/pack-format.md all read this, so a row struct is the only place where a column is declared.
// A member of any other type than those of type_of() does not compile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/time.h"
#include "model/rows.h"

namespace weft::pack {

enum class Type { text, number, flag, real, time };

template <class T>
struct Unwrapped {
  using type = T;
  static constexpr bool optional = false;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
  static constexpr bool optional = true;
};

template <class T>
inline constexpr bool unmapped = false;

template <class T>
constexpr Type type_of() {
  using Plain = typename Unwrapped<T>::type;
  if constexpr (std::is_same_v<Plain, std::string>) {
    return Type::text;
  } else if constexpr (std::is_same_v<Plain, uint64_t>) {
    return Type::number;
  } else if constexpr (std::is_same_v<Plain, bool>) {
    return Type::flag;
  } else if constexpr (std::is_same_v<Plain, double>) {
    return Type::real;
  } else {
    static_assert(std::is_same_v<Plain, Time> || unmapped<T>, "this member type has no column type: map it here");
    return Type::time;
  }
}

// As DuckDB and Parquet readers know it: VARCHAR, UBIGINT, BOOLEAN, DOUBLE, TIMESTAMP_NS.
std::string_view sql_type(Type type);

struct ColumnInfo {
  std::string_view name;
  Type type = Type::text;
  bool optional = false;
  std::string_view what;
};
struct TableInfo {
  std::string_view name, what;
  std::vector<ColumnInfo> columns;
};

template <class Row>
TableInfo table_info() {
  TableInfo info{Row::table, Row::what, {}};
  auto add = [&]<class T>(const Column<Row, T>& c) {
    info.columns.push_back({c.name, type_of<T>(), Unwrapped<T>::optional, c.what});
  };
  std::apply([&](const auto&... column) { (add(column), ...); }, Row::columns());
  return info;
}

// The tables of a pack, in their order.
std::vector<TableInfo> pack_tables();

// A name as an SQL identifier, quoted: "offset" is a word of SQL.
std::string identifier(std::string_view name);
// name TYPE, name TYPE, …
std::string column_definitions(const TableInfo& table);
// name, name, …
std::string column_names(const TableInfo& table);

}  // namespace weft::pack
