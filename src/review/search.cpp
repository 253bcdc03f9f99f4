#include "review/search.h"

#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace weft::review {
namespace {

using pack::Database;
using Row = Database::Row;

std::optional<uint64_t> number(const Database::Value& value) {
  if (!value) return std::nullopt;
  uint64_t out = 0;
  std::from_chars(value->data(), value->data() + value->size(), out);
  return out;
}

// One table's texts as rows of (exhibit, kind, text, offset, path, file): a SELECT to be narrowed down. A row whose
// text matches in several columns is found once for each.
struct Source {
  std::string_view table, sql;
};
constexpr Source sources[] = {
    {"exhibit",
     R"(SELECT exhibit, 'exhibit' AS kind, exhibit AS text, NULL::UBIGINT AS "offset", '' AS path, '' AS file FROM exhibit
        UNION ALL SELECT exhibit, 'sha256', sha256, NULL, '', '' FROM exhibit
        UNION ALL SELECT exhibit, 'md5', md5, NULL, '', '' FROM exhibit
        UNION ALL SELECT exhibit, 'sha1', sha1, NULL, '', '' FROM exhibit
        UNION ALL SELECT exhibit, 'parts', parts, NULL, '', '' FROM exhibit
        UNION ALL SELECT exhibit, 'metadata', metadata, NULL, '', '' FROM exhibit)"},
    {"volume",
     R"(SELECT exhibit, 'label' AS kind, label AS text, "offset", '' AS path, '' AS file FROM volume
        UNION ALL SELECT exhibit, 'serial', serial, "offset", '', '' FROM volume
        UNION ALL SELECT exhibit, 'description', description, "offset", '', '' FROM volume)"},
    {"file",
     R"(SELECT exhibit, kind, path AS text, NULL::UBIGINT AS "offset", '' AS path, path AS file FROM file
        UNION ALL SELECT exhibit, 'target', target, NULL, '', path FROM file
        UNION ALL SELECT exhibit, 'sha256', sha256, NULL, '', path FROM file
        UNION ALL SELECT exhibit, 'md5', md5, NULL, '', path FROM file)"},
    {"feature", R"(SELECT exhibit, kind, value AS text, "offset", path, file, stopped FROM feature)"},
    {"problem", R"(SELECT exhibit, stage AS kind, what AS text, "offset", path, '' AS file FROM problem)"},
};

// Kinds whose values hold no blanks, however a number was written in the file.
constexpr std::string_view number_kinds = "('phone', 'iban', 'imei')";
constexpr size_t least_digits = 5;

// A number without the blanks, dashes, dots, slashes and brackets that people put in, and the 0 in brackets that is not
// dialled from abroad; "" for what is no number, or has none of them.
std::string bare_number(std::string_view term) {
  std::string bare;
  size_t digits = 0;
  for (size_t i = 0; i < term.size(); ++i) {
    if (term.substr(i, 3) == "(0)") {
      i += 2;
      continue;
    }
    const char c = term[i];
    if (std::string_view(" -./()").find(c) != std::string_view::npos) continue;
    if (!is_alnum(c) && !(c == '+' && bare.empty())) return {};
    digits += is_digit(c);
    bare += c;
  }
  return digits >= least_digits && bare.size() < term.size() ? bare : std::string();
}

// A letter and its accent may be one character or two (a Mac's file names): both are the same text.
std::string condition(const SearchOptions& options, std::string_view table) {
  std::string term = Database::quote(options.term);
  std::string out = options.exact ? fmt::format("nfc_normalize(text) = nfc_normalize({})", term)
                                  : fmt::format("contains(lower(nfc_normalize(text)), lower(nfc_normalize({})))", term);
  if (const std::string bare = bare_number(options.term); !options.exact && table == "feature" && !bare.empty())
    out = fmt::format("({} OR (kind IN {} AND contains(lower(text), lower({}))))", out, number_kinds,
                      Database::quote(bare));
  if (!options.kind.empty()) out += " AND kind = " + Database::quote(options.kind);
  if (!options.exhibit.empty()) out += " AND exhibit = " + Database::quote(options.exhibit);
  return out;
}

void search_recorded(const SearchOptions& options, std::vector<SearchHit>& out) {
  const std::string term = lower_ascii(options.term);
  for (const Recorded& it : options.recorded) {
    if (!options.exhibit.empty() && options.exhibit != it.exhibit) continue;
    bool found = options.exact ? it.value == options.term : lower_ascii(it.value).find(term) != std::string::npos;
    if (found && out.size() <= options.limit) out.push_back({it.exhibit, "recorded", it.name, it.value, {}, "", ""});
  }
}

}  // namespace

SearchResult search(Database& database, const SearchOptions& options) {
  SearchResult out;
  // DuckDB takes no text that is not UTF-8, and packs hold none: such a term is nowhere.
  if (options.term.empty() || !is_utf8(options.term) || options.term.find('\0') != std::string::npos) return out;
  if (options.kind.empty()) search_recorded(options, out.hits);
  for (const Source& source : sources) {
    if (out.hits.size() > options.limit) break;
    if (!options.kind.empty() && source.table != "feature") continue;
    const std::string sql = fmt::format(R"(SELECT exhibit, kind, text, "offset", path, file, {} FROM ({}) WHERE {}
                                           ORDER BY exhibit, "offset", path, text, kind, file LIMIT {})",
                                        source.table == "feature" ? "stopped" : "false", source.sql,
                                        condition(options, source.table), options.limit + 1 - out.hits.size());
    database.each(sql, [&](const Row& row) {
      out.hits.push_back({row[0].value_or(""), std::string(source.table), row[1].value_or(""), row[2].value_or(""),
                          number(row[3]), row[4].value_or(""), row[5].value_or(""), row[6].value_or("") == "true"});
      return true;
    });
  }
  out.more = out.hits.size() > options.limit;
  if (out.more) out.hits.resize(options.limit);
  return out;
}

std::vector<Holder> who_has(Database& database, std::string_view value, std::string_view kind) {
  std::vector<Holder> out;
  if (value.empty() || !is_utf8(value) || value.find('\0') != std::string_view::npos) return out;
  const std::string quoted = Database::quote(value), digest = Database::quote(lower_ascii(value));
  std::string sql = fmt::format(
      R"(WITH held AS (SELECT exhibit, kind, "offset", path, file FROM feature WHERE value = {0} OR
                         (kind IN {3} AND value = upper({4}))
                       UNION ALL SELECT exhibit, 'file_sha256', NULL, '', path FROM file WHERE sha256 = {1}
                       UNION ALL SELECT exhibit, 'file_md5', NULL, '', path FROM file WHERE md5 = {1})
         SELECT exhibit, kind, count(*) AS n, first("offset" ORDER BY "offset", path, file),
                first(path ORDER BY "offset", path, file), first(file ORDER BY "offset", path, file)
         FROM held {2} GROUP BY exhibit, kind ORDER BY n DESC, exhibit, kind)",
      quoted, digest, kind.empty() ? "" : "WHERE kind = " + Database::quote(kind), number_kinds,
      Database::quote(bare_number(value)));
  database.each(sql, [&](const Row& row) {
    out.push_back({row[0].value_or(""), row[1].value_or(""), number(row[2]).value_or(0), number(row[3]),
                   row[4].value_or(""), row[5].value_or("")});
    return true;
  });
  return out;
}

}  // namespace weft::review
