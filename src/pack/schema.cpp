#include "pack/schema.h"

namespace weft::pack {

std::string_view sql_type(Type type) {
  switch (type) {
    case Type::text:
      return "VARCHAR";
    case Type::number:
      return "UBIGINT";
    case Type::flag:
      return "BOOLEAN";
    case Type::real:
      return "DOUBLE";
    case Type::time:
      return "TIMESTAMP_NS";
  }
  return "VARCHAR";
}

std::vector<TableInfo> pack_tables() {
  return []<class... Rows>(std::tuple<Rows...>*) {
    return std::vector<TableInfo>{table_info<Rows>()...};
  }(static_cast<PackTables*>(nullptr));
}

std::string identifier(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string column_definitions(const TableInfo& table) {
  std::string out;
  for (const ColumnInfo& column : table.columns) {
    if (!out.empty()) out += ", ";
    out += identifier(column.name) + " " + std::string(sql_type(column.type));
  }
  return out;
}

std::string column_names(const TableInfo& table) {
  std::string out;
  for (const ColumnInfo& column : table.columns) {
    if (!out.empty()) out += ", ";
    out += identifier(column.name);
  }
  return out;
}

}  // namespace weft::pack
