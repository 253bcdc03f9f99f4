// What dates a piece of evidence on one side, the first that there is:
// 1. a record at its very address (a device's first attachment, a network's, a visit, a document's own date);
// 2. the message it lies in: the last one of its file that begins at or before it, on the image, or in the file where
//    the address is one inside the file;
// 3. the file it lies in: made, or else changed, unless that holds many things of many times (mailboxes, databases,
//    registry hives). A copying program may carry such times over, and anyone can set them. A file system that keeps
//    local times says of no zone which it was.
#include "link/dates.h"

#include <fmt/format.h>

#include "link/direction.h"
#include "link/read.h"

namespace weft::link {
namespace {

// One row for each side of each piece of evidence; position: in the file, where the address says so.
constexpr const char* places_sql = R"(
  CREATE OR REPLACE TEMP TABLE place_of AS
  SELECT *, try_cast(regexp_extract(path, '^#[0-9]+\+([0-9]+)', 1) AS UBIGINT) AS position FROM (
    SELECT exhibit_a AS a, exhibit_b AS b, bundle, kind, value, exhibit_a AS exhibit, "offset" AS starts, path, file FROM
      (SELECT * EXCLUDE (offset_a, path_a, file_a), offset_a AS "offset", path_a AS path, file_a AS file FROM evidence)
    UNION ALL
    SELECT exhibit_a, exhibit_b, bundle, kind, value, exhibit_b, "offset", path, file FROM
      (SELECT * EXCLUDE (offset_b, path_b, file_b), offset_b AS "offset", path_b AS path, file_b AS file FROM evidence))
  SEMI JOIN looked_at USING (a, b))";

constexpr const char* records_sql = R"(
  SELECT exhibit, "offset" AS starts, path, min(time) AS time, min_by(what, time) AS what FROM (
    SELECT exhibit, "offset", path, first_seen AS time, 'device attached' AS what FROM device
    UNION ALL SELECT exhibit, "offset", path, first_seen, 'network joined' FROM network
    UNION ALL SELECT exhibit, "offset", path, last_used, 'account used' FROM account
    UNION ALL SELECT exhibit, "offset", path, time, 'page visited' FROM visit
    UNION ALL SELECT exhibit, "offset", path, begins, 'appointment' FROM appointment
    UNION ALL SELECT exhibit, "offset", path, created, 'document made' FROM document)
  WHERE time IS NOT NULL GROUP BY ALL)";

// By position in the file, or on the image where the address is one there.
constexpr const char* messages_sql = R"(
  SELECT exhibit, file, "offset" AS starts, try_cast(regexp_extract(path, '^#[0-9]+\+([0-9]+)', 1) AS UBIGINT) AS position, time
    FROM message WHERE time IS NOT NULL)";

// What a folder's file system says of making is about the copy that was handed over.
constexpr const char* files_sql = R"(
  SELECT exhibit, path AS file, min(time) AS time,
         CASE WHEN bool_or(made) THEN 'file made' ELSE 'file changed' END || CASE WHEN bool_or(local) THEN ' (local time)' ELSE '' END AS what FROM (
    SELECT f.exhibit, f.path, f.kind, f.type, coalesce(v.file_system IN {}, false) AS local, e.format <> 'folder' AND f.created IS NOT NULL AS made,
           CASE WHEN made THEN f.created ELSE f.modified END AS time
      FROM file f JOIN exhibit e ON e.exhibit = f.exhibit LEFT JOIN volume v ON v.exhibit = f.exhibit AND v.volume = f.volume)
   WHERE kind = 'file' AND time IS NOT NULL AND type <> 'application/vnd.sqlite3' AND (exhibit, path) NOT IN (
       SELECT (exhibit, file) FROM message UNION SELECT (exhibit, file) FROM device UNION SELECT (exhibit, file) FROM network
       UNION SELECT (exhibit, file) FROM visit UNION SELECT (exhibit, file) FROM database_row)
   GROUP BY exhibit, path)";

}  // namespace

std::vector<DatedRow> dates(pack::Database& database) {
  look_at_linked_pairs(database);
  database.run(places_sql);
  std::string sql = fmt::format(
      R"(WITH record AS ({}), sent AS ({}), whole AS ({}),
         told AS (
           SELECT p.*, coalesce(r.time, i.time, o.time, w.time) AS time,
                  CASE WHEN r.time IS NOT NULL THEN r.what WHEN i.time IS NOT NULL OR o.time IS NOT NULL THEN 'message sent'
                       ELSE coalesce(w.what, '') END AS what
             FROM place_of p
             LEFT JOIN record r ON r.exhibit = p.exhibit AND r.starts = p.starts AND r.path = p.path
             ASOF LEFT JOIN (SELECT * FROM sent WHERE position IS NOT NULL) i
               ON i.exhibit = p.exhibit AND i.file = p.file AND p.position >= i.position
             ASOF LEFT JOIN (SELECT * FROM sent WHERE starts > 0) o
               ON o.exhibit = p.exhibit AND o.file = p.file AND CASE WHEN p.position IS NULL THEN p.starts END >= o.starts
             LEFT JOIN whole w ON w.exhibit = p.exhibit AND w.file = p.file AND p.file <> ''),
         both_sides AS (
           SELECT a AS exhibit_a, b AS exhibit_b, bundle, kind, value,
                  min(time) FILTER (exhibit = a) AS time_a, min(time) FILTER (exhibit = b) AS time_b,
                  coalesce(min_by(what, time) FILTER (exhibit = a), '') AS what_a, coalesce(min_by(what, time) FILTER (exhibit = b), '') AS what_b
             FROM told WHERE time IS NOT NULL GROUP BY a, b, bundle, kind, value)
         SELECT *, greatest(time_a, time_b) AS since FROM both_sides)",
      records_sql, messages_sql, fmt::format(fmt::runtime(files_sql), local_time_systems));
  database.run("CREATE OR REPLACE TEMP TABLE dated AS " + sql);
  return read<DatedRow>(database, "ORDER BY exhibit_a, exhibit_b, since, bundle, kind, value");
}

}  // namespace weft::link
