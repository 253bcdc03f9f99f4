// The tables:
//
//   scope_start    where a message begins in its file, enclosed ones too, with its parties and its time
//   scope_message  outermost messages: their place, the parties of all that they enclose, their own time
//   scope_layered  messages that were read out of something unpacked (a mail store): by their address alone
//   scope_file     files that are kept out, and why
//   scope_part     files of which a message is kept out, and why
//   scope_place    rows' addresses in files that hold messages, and why they are kept out; NULL where they are not
//
// An enclosed message is known by this: the parser takes only the heads of outermost ones apart, so that what it found
// of an enclosed one stands where that begins and not behind. One that shows nothing of the kind is taken for enclosed,
// which keeps more out, not less.
#include "pack/scope_tables.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace weft::pack {
namespace {

constexpr uint64_t in_front_of_head = 128;

// When a file was first and last made or changed.
constexpr std::string_view file_first = "CASE WHEN f.kind = 'file' THEN least(f.created, f.modified) END";
constexpr std::string_view file_last = "CASE WHEN f.kind = 'file' THEN greatest(f.created, f.modified) END";

void make_messages(Database& database, const ScopeSource& source) {
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_start AS
           SELECT exhibit, file_id, begins, string_agg(parties, chr(10)) AS parties, min(time) AS time
           FROM (SELECT exhibit, file_id, concat_ws(chr(10), sender, recipients) AS parties, time,
                        TRY_CAST(regexp_extract(path, '^#[0-9]+\+([0-9]+)$', 1) AS UBIGINT) AS begins FROM {})
           WHERE file_id IS NOT NULL AND begins IS NOT NULL GROUP BY exhibit, file_id, begins)",
      source("message")));
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_layered AS
           SELECT exhibit, path, string_agg(concat_ws(chr(10), sender, recipients), chr(10)) AS parties,
                  min(time) AS time
           FROM {} WHERE contains(path, '-') GROUP BY exhibit, path)",
      source("message")));
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_message AS
           WITH found AS (SELECT DISTINCT exhibit, file_id, file_offset FROM {}
                          WHERE role <> '' AND scanner = 'mail' AND file_id IS NOT NULL AND file_offset IS NOT NULL),
                apart AS (SELECT DISTINCT s.exhibit, s.file_id, s.begins FROM found f ASOF JOIN scope_start s
                          ON f.exhibit = s.exhibit AND f.file_id = s.file_id AND f.file_offset > s.begins),
                known AS (SELECT s.*, a.begins IS NOT NULL OR
                                 row_number() OVER (PARTITION BY s.exhibit, s.file_id ORDER BY s.begins) = 1 AS outermost
                          FROM scope_start s LEFT JOIN apart a
                          ON s.exhibit = a.exhibit AND s.file_id = a.file_id AND s.begins = a.begins),
                inside AS (SELECT exhibit, file_id, begins, parties, time,
                                  max(CASE WHEN outermost THEN begins END)
                                    OVER (PARTITION BY exhibit, file_id ORDER BY begins) AS of_message FROM known)
           SELECT exhibit, file_id, of_message AS begins, string_agg(parties, chr(10)) AS parties,
                  max(CASE WHEN begins = of_message THEN time END) AS time,
                  count(*) OVER (PARTITION BY exhibit, file_id) = 1 AS whole
           FROM inside GROUP BY exhibit, file_id, of_message)",
      source("feature")));
}

void make_files(Database& database, const Scope& scope, const ScopeSource& source) {
  ScopeThing file{"f.exhibit", "f.path", fmt::format("coalesce(m.time, {})", file_first),
                  fmt::format("coalesce(m.time, {})", file_last), "m.parties"};
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_file AS
           SELECT exhibit, file_id, why FROM (
             SELECT f.exhibit, f.file_id, {} AS why FROM {} f LEFT JOIN scope_message m
             ON f.exhibit = m.exhibit AND f.file_id = m.file_id AND m.whole)
           WHERE why IS NOT NULL)",
      scope.why(file), source("file")));
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_part AS
           SELECT exhibit, file_id, max(why) AS why FROM (
             SELECT f.exhibit, f.file_id, {} AS why FROM {} f JOIN scope_message m
             ON f.exhibit = m.exhibit AND f.file_id = m.file_id)
           WHERE why IS NOT NULL GROUP BY exhibit, file_id)",
      scope.why(file), source("file")));
}

// places: SELECT exhibit, path, file_id, at, of rows.
void make_places(Database& database, const Scope& scope, const ScopeSource& source, const std::string& places) {
  ScopeThing row{"p.exhibit", "f.path", fmt::format("coalesce(m.time, l.time, {})", file_first),
                 fmt::format("coalesce(m.time, l.time, {})", file_last),
                 "nullif(concat_ws(chr(10), m.parties, n.parties, l.parties), '')"};
  database.run(fmt::format(
      R"(CREATE OR REPLACE TEMP TABLE scope_place AS
           WITH place AS (SELECT DISTINCT exhibit, path, file_id, "at", "at" + {} AS ahead FROM ({})
                          WHERE (exhibit, file_id) IN (SELECT (exhibit, file_id) FROM {}) AND "at" IS NOT NULL)
           SELECT p.exhibit, p.path, max({}) AS why
           FROM place p JOIN {} f ON p.exhibit = f.exhibit AND p.file_id = f.file_id
           ASOF LEFT JOIN scope_message m
             ON p.exhibit = m.exhibit AND p.file_id = m.file_id AND p."at" >= m.begins
           ASOF LEFT JOIN scope_message n
             ON p.exhibit = n.exhibit AND p.file_id = n.file_id AND p.ahead >= n.begins
           LEFT JOIN scope_layered l ON p.exhibit = l.exhibit AND p.path = l.path
           GROUP BY p.exhibit, p.path)",
      in_front_of_head, places, source("message"), scope.why(row), source("file")));
}

bool has_column(const TableInfo& table, std::string_view name) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const ColumnInfo& column) { return column.name == name; });
}

// Rows of the tables that say in which file they lie.
std::string places_of(const ScopeSource& source, std::span<const std::string_view> tables) {
  std::string out;
  for (const TableInfo& table : pack_tables()) {
    if (!tables.empty() && std::find(tables.begin(), tables.end(), table.name) == tables.end()) continue;
    if (!has_column(table, "file") || !has_column(table, "path")) continue;
    std::string at = table.name == "feature" ? "file_offset"
                                             : R"(TRY_CAST(regexp_extract(path, '^#[0-9]+\+([0-9]+)', 1) AS UBIGINT))";
    out += fmt::format(R"({}SELECT exhibit, path, file_id, {} AS "at" FROM {})", out.empty() ? "" : " UNION ALL ", at,
                       source(table.name));
  }
  return out;
}

std::string as_attached(std::string_view table) {
  return identifier(table);
}

const TableInfo& table_named(const std::vector<TableInfo>& tables, std::string_view name) {
  return *std::find_if(tables.begin(), tables.end(), [&](const TableInfo& table) { return table.name == name; });
}

}  // namespace

ScopeTables::ScopeTables(Database& database, const Scope& scope, ScopeSource source,
                         std::span<const std::string_view> tables)
    : scope_(scope), source_(std::move(source)) {
  if (!scope.by_more_than_path()) return;
  make_messages(database, source_);
  make_files(database, scope, source_);
  if (std::string places = places_of(source_, tables); !places.empty()) make_places(database, scope, source_, places);
}

// What could not be read names files and what lies in them. Its address is often the image's: where a part of its file
// is kept out, so is the problem. One of an image or a volume has no path, and stays.
ScopeTables::Joined ScopeTables::joined_problems() const {
  std::string from =
      source_("problem") + " t LEFT JOIN " + source_("file") + " f ON t.exhibit = f.exhibit AND t.file_id = f.file_id";
  std::string by_path = scope_.why({"t.exhibit",
                                    "coalesce(f.path, CASE WHEN regexp_matches(t.path, '^[0-9]+(-|$)') THEN '' ELSE "
                                    "nullif(t.path, '') END)"});
  if (!scope_.by_more_than_path()) return {from, by_path};
  return {from +
              " LEFT JOIN scope_file s ON t.exhibit = s.exhibit AND t.file_id = s.file_id"
              " LEFT JOIN scope_part q ON t.exhibit = q.exhibit AND t.file_id = q.file_id",
          fmt::format("CASE WHEN t.file_id IS NOT NULL THEN coalesce(s.why, q.why) ELSE {} END", by_path)};
}

ScopeTables::Joined ScopeTables::joined(const TableInfo& table) const {
  if (!scope_.empty() && table.name == "problem") return joined_problems();
  std::string from = source_(table.name) + " t";
  bool file = table.name == "file";
  if (scope_.empty() || (!file && !has_column(table, "file"))) return {from, "NULL"};
  if (!scope_.by_more_than_path())
    return {from, scope_.why({"t.exhibit", file ? "coalesce(t.path, '')" : "coalesce(t.file, '')"})};
  std::string files = " LEFT JOIN scope_file s ON t.exhibit = s.exhibit AND t.file_id = s.file_id";
  if (file) return {from + files, "s.why"};
  return {from + " LEFT JOIN scope_place p ON t.exhibit = p.exhibit AND t.path = p.path" + files,
          fmt::format("CASE WHEN p.path IS NOT NULL THEN p.why WHEN t.file_id IS NOT NULL THEN s.why ELSE {} END",
                      scope_.why({"t.exhibit", "''"}))};
}

std::string ScopeTables::covered(const TableInfo& table) const {
  Joined it = joined(table);
  return fmt::format("SELECT t.* FROM {} WHERE {} IS NULL", it.from, it.why);
}

std::string ScopeTables::why_each(const TableInfo& table) const {
  Joined it = joined(table);
  return fmt::format("SELECT t.exhibit, {} AS why, t.kind FROM {}", it.why, it.from);
}

std::vector<KeptOut> kept_out(Database& database, const Scope& scope) {
  const std::vector<TableInfo> tables = pack_tables();
  static constexpr std::string_view counted[] = {"file", "feature"};
  ScopeTables decided(database, scope, as_attached, counted);
  std::string sql = fmt::format(
      R"(SELECT exhibit, why, sum(files), sum(features), sum(addresses) FROM (
           SELECT exhibit, why, count(*) AS files, 0 AS features, 0 AS addresses FROM ({}) WHERE kind = 'file' GROUP BY ALL
           UNION ALL SELECT exhibit, why, 0, count(*), count(*) FILTER (kind = 'email') FROM ({}) GROUP BY ALL)
         WHERE why IS NOT NULL GROUP BY exhibit, why ORDER BY exhibit, why)",
      decided.why_each(table_named(tables, "file")), decided.why_each(table_named(tables, "feature")));
  std::vector<KeptOut> out;
  for (Database::Row& row : database.rows(sql))
    out.push_back({*row[0], *row[1], std::stoull(*row[2]), std::stoull(*row[3]), std::stoull(*row[4])});
  return out;
}

std::vector<size_t> idle_rules(Database& database, const Scope& scope) {
  const std::vector<TableInfo> tables = pack_tables();
  static constexpr std::string_view counted[] = {"file", "feature"};
  const Scope numbered = scope.numbered();
  ScopeTables decided(database, numbered, as_attached, counted);
  std::vector<bool> used(scope.rules().size());
  for (const Database::Row& row : database.rows(fmt::format(
           "SELECT DISTINCT why FROM (SELECT why FROM ({}) UNION ALL SELECT why FROM ({})) WHERE why IS NOT NULL",
           decided.why_each(table_named(tables, "file")), decided.why_each(table_named(tables, "feature")))))
    for (size_t i = 0; i < used.size(); ++i)
      if (numbered.rules()[i].why() == *row[0]) used[i] = true;
  std::vector<size_t> out;
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i]) out.push_back(i);
  return out;
}

std::optional<std::string> kept_out_of(Database& database, const Scope& scope, const ScopeStretch& stretch) {
  std::string exhibit = Database::quote(stretch.exhibit);
  if (!scope.by_more_than_path() || !stretch.file_id)
    return database.value("SELECT " + scope.why({exhibit, Database::quote(stretch.path)}));
  make_messages(database, as_attached);
  make_files(database, scope, as_attached);
  // Its two ends, and each message that begins between them.
  make_places(database, scope, as_attached,
              fmt::format(R"(SELECT {0} AS exhibit, CAST("at" AS VARCHAR) AS path, {1}::UBIGINT AS file_id, "at" FROM (
                               SELECT unnest([{2}::UBIGINT, {3}::UBIGINT]) AS "at"
                               UNION SELECT begins FROM scope_message
                               WHERE exhibit = {0} AND file_id = {1} AND begins BETWEEN {2} AND {3}))",
                          exhibit, *stretch.file_id, stretch.begin, std::max(stretch.begin + 1, stretch.end) - 1));
  if (!database.value("SELECT 1 FROM scope_place"))
    return database.value(
        fmt::format("SELECT why FROM scope_file WHERE exhibit = {} AND file_id = {}", exhibit, *stretch.file_id));
  return database.value("SELECT why FROM scope_place WHERE why IS NOT NULL");
}

}  // namespace weft::pack
