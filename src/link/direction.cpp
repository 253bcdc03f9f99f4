// Three questions to the records, in SQL.
//
// Messages: the sender is the first account of one exhibit, and among the recipients is that of the other; the message
// lies on both, or on one of the two if no further exhibit turns around the account of the other: of two exhibits with
// one account nobody can say from which a message went that lies on neither. Devices: one serial in the device records
// of both; the earlier first attachment is the device's way. Files: content that is evidence of the link, on both with
// a time of creation; a copy is made later than what it is made from, and file systems with steps of two seconds cannot
// tell less; local times not what is less apart than time zones are. Of a folder, the time of creation is that of the
// copy that was handed over, and tells nothing.
#include "link/direction.h"

#include <fmt/format.h>

#include "link/read.h"

namespace weft::link {
namespace {

constexpr size_t ranks_without_statements = 200;
constexpr int least_apart = 2, furthest_zone = 14 * 3600;  // seconds

// a and b: exhibits of a pair that is looked at; x: each of the two, y: the other.
constexpr const char* pairs_sql = R"(
  CREATE OR REPLACE TEMP TABLE looked_at AS SELECT exhibit_a AS a, exhibit_b AS b FROM link
   WHERE statement = 'supported' OR (statement = 'not enough background' AND rank <= {});
  CREATE OR REPLACE TEMP TABLE sides AS SELECT a, b, a AS x, b AS y FROM looked_at UNION ALL SELECT a, b, b, a FROM looked_at)";

constexpr const char* accounts_sql = R"(
  CREATE OR REPLACE TEMP MACRO address_of(party) AS  -- "Name <address>", or the address alone
    lower(coalesce(nullif(regexp_extract(party, '<([^<>]*)>', 1), ''), trim(party)));
  CREATE OR REPLACE TEMP TABLE account_of AS
    SELECT exhibit, lower(value) AS value, count(*) OVER (PARTITION BY lower(value)) = 1 AS alone
      FROM owner WHERE rank = 1 AND kind = 'email')";

// Rows of one thing on one side each; joined to one row of both sides by the query around.
constexpr const char* messages_sql = R"(
  SELECT s.a, s.b, s.x AS "from", s.y AS "to", m.exhibit AS at_side, coalesce(nullif(m.message_id, ''), m.exhibit || ' ' || m.path) AS value,
         m.subject AS name, m.time, false AS local, m."offset", m.path, m.file, f.alone AS from_alone, t.alone AS to_alone
    FROM sides s JOIN account_of f ON f.exhibit = s.x JOIN account_of t ON t.exhibit = s.y AND t.value <> f.value
    JOIN message m ON address_of(m.sender) = f.value AND (m.exhibit = s.a OR m.exhibit = s.b)
   WHERE list_contains(list_transform(string_split(m.recipients, chr(10)), one -> address_of(one)), t.value))";

constexpr const char* devices_sql = R"(
  SELECT s.a, s.b, s.x AS at_side, d.serial AS value, coalesce(nullif(d.name, ''), trim(d.vendor || ' ' || d.product)) AS name,
         d.first_seen AS time, false AS local, d."offset", d.path, d.file
    FROM sides s JOIN device d ON d.exhibit = s.x
   WHERE d.serial <> '' AND d.serial IN (SELECT value FROM evidence e WHERE e.exhibit_a = s.a AND e.exhibit_b = s.b AND e.kind = 'usb_serial'))";

constexpr const char* files_sql = R"(
  SELECT s.a, s.b, s.x AS at_side, e.value, f.path AS name, f.created AS time, coalesce(v.file_system IN {}, false) AS local,
         coalesce((SELECT min(x."offset") FROM extent x WHERE x.exhibit = f.exhibit AND x.file_id = f.file_id AND x.file_offset = 0), 0) AS "offset",
         '#' || f.file_id || '+0' AS path, f.path AS file
    FROM sides s JOIN evidence e ON e.exhibit_a = s.a AND e.exhibit_b = s.b AND e.kind = 'file_sha256'
    JOIN file f ON f.exhibit = s.x AND f.sha256 = e.value AND f.kind = 'file' AND f.created IS NOT NULL
    JOIN exhibit h ON h.exhibit = s.x AND h.format <> 'folder'
    LEFT JOIN volume v ON v.exhibit = f.exhibit AND v.volume = f.volume)";

// The earliest of each side, side by side. `way` are the columns from and to, `grouped` those of them that rows have.
std::string both_sides(const std::string& kind, const std::string& one_side, const std::string& way,
                       const std::string& grouped) {
  std::string first;
  for (const char* column : {"time", "local", "offset", "path", "file"})
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
  const auto earlier = [](const char* if_a, const char* if_b) {
    return fmt::format(
        "CASE WHEN time_a IS NULL OR time_b IS NULL OR abs(epoch(time_a) - epoch(time_b)) <= {} + {} * "
        "(local_a::INTEGER + local_b::INTEGER) THEN '' WHEN time_a < time_b THEN {} ELSE {} END",
        least_apart, furthest_zone, if_a, if_b);
  };
  std::string from = earlier("exhibit_a", "exhibit_b"), to = earlier("exhibit_b", "exhibit_a");
  std::string nowhere = R"('' AS "from", '' AS "to")";
  std::string known_on_both = both_sides("device", devices_sql, nowhere, "") + " HAVING count(DISTINCT at_side) = 2";
  std::string copies = both_sides("file", fmt::format(fmt::runtime(files_sql), local_time_systems), nowhere, "") +
                       " HAVING count(DISTINCT at_side) = 2";
  std::string letters =
      both_sides("message", messages_sql, R"("from", "to")", R"(, "from", "to")") +
      R"( HAVING (bool_or(at_side = "from") OR bool_or(from_alone)) AND (bool_or(at_side = "to") OR bool_or(to_alone)))";
  std::string sql = fmt::format(
      R"(WITH told AS ({} UNION ALL SELECT * REPLACE ({} AS "from", {} AS "to") FROM ({} UNION ALL {}))
         SELECT * FROM told WHERE "from" <> ''
         QUALIFY row_number() OVER (PARTITION BY exhibit_a, exhibit_b, kind ORDER BY coalesce(time_a, time_b), value) <= {}
         ORDER BY exhibit_a, exhibit_b, kind, coalesce(time_a, time_b), value)",
      letters, from, to, known_on_both, copies, directions_per_kind);
  database.run("CREATE OR REPLACE TEMP TABLE direction AS " + sql);
  return read<DirectionRow>(database, "ORDER BY exhibit_a, exhibit_b, kind, coalesce(time_a, time_b), value");
}

}  // namespace weft::link
