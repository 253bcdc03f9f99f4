// Three questions to the records, in SQL.
//
// Messages: the sender is the first account of one exhibit, and among the recipients is that of the other; the message
// may lie on either or on both. Devices: one serial in the device records of both; the earlier first attachment is the
// device's way. Files: content that is evidence of the link, on both with a time of creation; a copy is made later than
// what it is made from, and file systems with steps of two seconds cannot tell less. Of a folder, the time of creation
// is that of the copy that was handed over, and tells nothing.
#include "link/direction.h"

#include <fmt/format.h>

#include "link/read.h"

namespace weft::link {
namespace {

constexpr size_t ranks_without_statements = 200;

// a and b: exhibits of a pair that is looked at; x: each of the two, y: the other.
constexpr const char* pairs_sql = R"(
  CREATE OR REPLACE TEMP TABLE looked_at AS SELECT exhibit_a AS a, exhibit_b AS b FROM link
   WHERE statement = 'supported' OR (statement = 'not enough background' AND rank <= {});
  CREATE OR REPLACE TEMP TABLE sides AS SELECT a, b, a AS x, b AS y FROM looked_at UNION ALL SELECT a, b, b, a FROM looked_at)";

constexpr const char* accounts_sql = R"(
  CREATE OR REPLACE TEMP MACRO address_of(party) AS  -- "Name <address>", or the address alone
    lower(coalesce(nullif(regexp_extract(party, '<([^<>]*)>', 1), ''), trim(party)));
  CREATE OR REPLACE TEMP TABLE account_of AS SELECT exhibit, lower(value) AS value FROM owner WHERE rank = 1 AND kind = 'email')";

// Rows of one thing on one side each; joined to one row of both sides by the query around.
constexpr const char* messages_sql = R"(
  SELECT s.a, s.b, s.x AS "from", s.y AS "to", m.exhibit AS at_side, coalesce(nullif(m.message_id, ''), m.exhibit || ' ' || m.path) AS value,
         m.subject AS name, m.time, m."offset", m.path, m.file
    FROM sides s JOIN account_of f ON f.exhibit = s.x JOIN account_of t ON t.exhibit = s.y AND t.value <> f.value
    JOIN message m ON address_of(m.sender) = f.value AND (m.exhibit = s.a OR m.exhibit = s.b)
   WHERE list_contains(list_transform(string_split(m.recipients, chr(10)), one -> address_of(one)), t.value))";

constexpr const char* devices_sql = R"(
  SELECT s.a, s.b, s.x AS at_side, d.serial AS value, coalesce(nullif(d.name, ''), trim(d.vendor || ' ' || d.product)) AS name,
         d.first_seen AS time, d."offset", d.path, d.file
    FROM sides s JOIN device d ON d.exhibit = s.x
   WHERE d.serial <> '' AND d.serial IN (SELECT value FROM evidence e WHERE e.exhibit_a = s.a AND e.exhibit_b = s.b AND e.kind = 'usb_serial'))";

constexpr const char* files_sql = R"(
  SELECT s.a, s.b, s.x AS at_side, e.value, f.path AS name, f.created AS time,
         coalesce((SELECT min(x."offset") FROM extent x WHERE x.exhibit = f.exhibit AND x.file_id = f.file_id AND x.file_offset = 0), 0) AS "offset",
         '#' || f.file_id || '+0' AS path, f.path AS file
    FROM sides s JOIN evidence e ON e.exhibit_a = s.a AND e.exhibit_b = s.b AND e.kind = 'file_sha256'
    JOIN file f ON f.exhibit = s.x AND f.sha256 = e.value AND f.kind = 'file' AND f.created IS NOT NULL
    JOIN exhibit h ON h.exhibit = s.x AND h.format <> 'folder')";

// The earliest of each side, side by side. `way` are the columns from and to, `grouped` those of them that rows have.
std::string both_sides(const std::string& kind, const std::string& one_side, const std::string& way,
                       const std::string& grouped) {
  std::string first;
  for (const char* column : {"time", "offset", "path", "file"})
    for (const char* side : {"a", "b"})
      first += fmt::format(
          R"(, arg_min("{0}", (time IS NULL, time, "offset", path)) FILTER (WHERE at_side = {1}) AS {0}_{1})", column,
          side);
  return fmt::format(
      "SELECT a AS exhibit_a, b AS exhibit_b, '{}' AS kind, {}, value, min(name) AS name{} FROM ({}) GROUP BY a, b, "
      "value{}",
      kind, way, first, one_side, grouped);
}

}  // namespace

void look_at_linked_pairs(pack::Database& database) {
  database.run(fmt::format(fmt::runtime(pairs_sql), ranks_without_statements));
}

std::vector<DirectionRow> directions(pack::Database& database) {
  look_at_linked_pairs(database);
  database.run(accounts_sql);
  std::string earlier =
      "CASE WHEN time_a IS NULL OR time_b IS NULL OR abs(epoch(time_a) - epoch(time_b)) <= 2 THEN '' WHEN time_a < "
      "time_b THEN {} "
      "ELSE {} END";
  std::string from = fmt::format(fmt::runtime(earlier), "exhibit_a", "exhibit_b");
  std::string to = fmt::format(fmt::runtime(earlier), "exhibit_b", "exhibit_a");
  std::string nowhere = R"('' AS "from", '' AS "to")";
  std::string known_on_both = both_sides("device", devices_sql, nowhere, "") + " HAVING count(DISTINCT at_side) = 2";
  std::string copies = both_sides("file", files_sql, nowhere, "") + " HAVING count(DISTINCT at_side) = 2";
  std::string sql = fmt::format(
      R"(WITH told AS ({} UNION ALL SELECT * REPLACE ({} AS "from", {} AS "to") FROM ({} UNION ALL {}))
         SELECT * FROM told WHERE "from" <> ''
         QUALIFY row_number() OVER (PARTITION BY exhibit_a, exhibit_b, kind ORDER BY coalesce(time_a, time_b), value) <= {}
         ORDER BY exhibit_a, exhibit_b, kind, coalesce(time_a, time_b), value)",
      both_sides("message", messages_sql, R"("from", "to")", R"(, "from", "to")"), from, to, known_on_both, copies,
      directions_per_kind);
  database.run("CREATE OR REPLACE TEMP TABLE direction AS " + sql);
  return read<DirectionRow>(database, "ORDER BY exhibit_a, exhibit_b, kind, coalesce(time_a, time_b), value");
}

}  // namespace weft::link
