// The order of a table's rows: what stands first, then every other column, so that only identical rows tie. NULL comes
// before every value, text goes by its bytes. Unit files hold each portion in this order, packs hold all rows in it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "model/rows.h"

namespace weft::pack {

// A row as it lies in memory that someone else owns: one cell a column, texts as views.
template <class T>
struct Viewed {
  using type = T;
};
template <>
struct Viewed<std::string> {
  using type = std::string_view;
};
template <class T>
struct Viewed<std::optional<T>> {
  using type = std::optional<typename Viewed<T>::type>;
};
template <class Columns>
struct ViewedColumns;
template <class... Rows, class... Types>
struct ViewedColumns<std::tuple<Column<Rows, Types>...>> {
  using type = std::tuple<typename Viewed<Types>::type...>;
};
template <class Row>
using Cells = typename ViewedColumns<decltype(Row::columns())>::type;

template <class Row>
Cells<Row> cells_of(const Row& row) {
  return std::apply([&](const auto&... column) { return Cells<Row>(row.*column.member...); }, columns_of<Row>);
}

// Where a column stands; a name that is none does not compile.
template <class Row>
consteval size_t column_index(std::string_view name) {
  size_t index = 0, found = size_t(-1);
  std::apply([&](const auto&... column) { ((found = column.name == name ? index : found, ++index), ...); },
             columns_of<Row>);
  if (found == size_t(-1)) throw "no such column";
  return found;
}

// What comes first in a table's order, as a tuple of references or values.
template <class Row>
auto leading(const Cells<Row>& cells) {
  if constexpr (std::is_same_v<Row, ExhibitRow> || std::is_same_v<Row, ProblemRow> || std::is_same_v<Row, TokenRow>) {
    return std::tuple<>();
  } else if constexpr (std::is_same_v<Row, VolumeRow>) {
    return std::tie(std::get<column_index<Row>("volume")>(cells), std::get<column_index<Row>("offset")>(cells));
  } else if constexpr (std::is_same_v<Row, FileRow>) {
    return std::tie(std::get<column_index<Row>("file_id")>(cells));
  } else if constexpr (std::is_same_v<Row, ExtentRow>) {
    return std::make_tuple(
        std::get<column_index<Row>("file_id")>(cells), std::get<column_index<Row>("kind")>(cells) == "slack",
        std::get<column_index<Row>("file_offset")>(cells), std::get<column_index<Row>("offset")>(cells));
  } else if constexpr (std::is_same_v<Row, FeatureRow>) {
    return std::tie(std::get<column_index<Row>("offset")>(cells), std::get<column_index<Row>("path")>(cells),
                    std::get<column_index<Row>("kind")>(cells), std::get<column_index<Row>("value")>(cells),
                    std::get<column_index<Row>("encoding")>(cells));
  } else {  // a record
    return std::tie(std::get<column_index<Row>("offset")>(cells), std::get<column_index<Row>("path")>(cells));
  }
}

template <class Row>
bool comes_before(const Cells<Row>& a, const Cells<Row>& b) {
  const auto first_a = leading<Row>(a), first_b = leading<Row>(b);
  const auto order = first_a <=> first_b;
  return order != 0 ? order < 0 : a < b;
}

}  // namespace weft::pack
