// The scorers, for exhibits x and y that share the selectors f, df exhibits holding each, of N:
//   shared count   number of f
//   1/DF           sum of 1 / df: the weight of bulk_extractor's cda_tool
//   1/DF, stop     the same without selectors on more than a third of the exhibits
//   TF-IDF cosine  sum of w(x,f) w(y,f) over the lengths of both vectors, w = (1 + ln occurrences) ln(N / df)
// A selector is a value of a kind that linking knows, or the hash of a file that is not empty.
#include "evaluate/baselines.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

#include "link/kinds.h"

namespace weft::evaluate {
namespace {

using pack::Database;

enum Scorer : size_t { shared_count, one_by_df, one_by_df_stop, cosine, scorers };
constexpr std::array<const char*, scorers> names = {"shared count", "1/DF", "1/DF, stop above 1/3", "TF-IDF cosine"};

std::string selectors() {
  std::string kinds;
  for (const link::Kind& kind : link::kinds()) kinds += (kinds.empty() ? "" : ", ") + Database::quote(kind.name);
  return "SELECT kind, value, file_id FROM feature WHERE kind IN (" + kinds +
         ") UNION ALL SELECT 'file_sha256', sha256, file_id FROM file WHERE kind = 'file' AND size > 0 AND sha256 IS "
         "NOT NULL";
}

void load(Database& database, const std::vector<std::string>& packs, const Truth& truth) {
  database.run(
      "CREATE OR REPLACE TABLE held(no USMALLINT, h UBIGINT, n UBIGINT); CREATE OR REPLACE TABLE noise(h UBIGINT);"
      "CREATE OR REPLACE TABLE noise_file(sha256 VARCHAR); CREATE OR REPLACE TABLE noise_value(value VARCHAR)");
  auto insert = [&](const char* table, const std::set<std::string>& values) {
    std::string rows;
    for (const std::string& value : values) {
      rows += (rows.empty() ? "(" : ", (") + Database::quote(value) + ")";
      if (rows.size() > 100'000) database.run(fmt::format("INSERT INTO {} VALUES {}", table, rows)), rows.clear();
    }
    if (!rows.empty()) database.run(fmt::format("INSERT INTO {} VALUES {}", table, rows));
  };
  insert("noise_file", truth.noise_files);
  insert("noise_value", truth.noise_values);
  for (size_t no = 0; no < packs.size(); ++no) {
    database.attach_packs({packs[no]});
    database.run(fmt::format(
        "CREATE OR REPLACE TEMP TABLE found AS SELECT hash(s.kind || chr(31) || s.value) AS h, s.value, "
        "f.sha256 IN (SELECT sha256 FROM noise_file) OR lower(s.value) IN (SELECT value FROM noise_value) AS noise "
        "FROM ({}) s LEFT JOIN file f USING (file_id)",
        selectors()));
    database.run(fmt::format("INSERT INTO held SELECT {}, h, count(*) FROM found GROUP BY h", no));
    database.run("INSERT INTO noise SELECT DISTINCT h FROM found WHERE noise");
  }
}

}  // namespace

std::vector<Ranked> score_held(Database& database, size_t n, const std::string& but, const std::string& suffix) {
  database.run("CREATE OR REPLACE TABLE df AS SELECT h, count(*) AS df FROM held " + but + " GROUP BY h");
  const double all = double(n);
  std::vector<double> length(n);
  database.each(
      fmt::format("SELECT no, sqrt(sum(((1 + ln(n)) * ln({}.0 / df)) ** 2)) FROM held JOIN df USING (h) GROUP BY no",
                  n),
      [&](const Database::Row& row) {
        length[std::stoull(*row[0])] = std::stod(*row[1]);
        return true;
      });
  std::vector<Ranked> out;
  for (const char* name : names) out.push_back({name + suffix, std::vector<double>(n * (n - 1) / 2)});
  struct Holder {
    size_t no;
    double weight;
  };
  std::vector<Holder> holders;
  auto close = [&] {
    const double df = double(holders.size()), idf = std::log(all / df);
    for (size_t i = 0; i < holders.size(); ++i)
      for (size_t k = i + 1; k < holders.size(); ++k) {
        size_t at = pair_index(holders[i].no, holders[k].no, n);
        out[shared_count].scores[at] += 1;
        out[one_by_df].scores[at] += 1 / df;
        if (3 * df <= all) out[one_by_df_stop].scores[at] += 1 / df;
        out[cosine].scores[at] += holders[i].weight * holders[k].weight * idf * idf;
      }
    holders.clear();
  };
  std::string open;
  database.each("SELECT h, no, n FROM held JOIN df USING (h) WHERE df > 1 ORDER BY h, no",
                [&](const Database::Row& row) {
                  if (*row[0] != open) close(), open = *row[0];
                  holders.push_back({size_t(std::stoull(*row[1])), 1 + std::log(std::stod(*row[2]))});
                  return true;
                });
  close();
  for (size_t a = 0; a < n; ++a)
    for (size_t b = a + 1; b < n; ++b)
      if (double lengths = length[a] * length[b]; lengths > 0) out[cosine].scores[pair_index(a, b, n)] /= lengths;
  return out;
}

std::vector<Ranked> baselines(Database& database, const std::vector<std::string>& packs, const Truth& truth) {
  load(database, packs, truth);
  std::vector<Ranked> out = score_held(database, packs.size(), "", "");
  std::vector<Ranked> ideal =
      score_held(database, packs.size(), "WHERE h NOT IN (SELECT h FROM noise)", ", ideal stop list");
  out.insert(out.end(), ideal.begin(), ideal.end());
  return out;
}

}  // namespace weft::evaluate
