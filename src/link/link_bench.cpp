// How long linking takes: packs of made-up e-mail addresses, most of them private to one exhibit, some shared.
// Size by WEFT_BENCH_EXHIBITS and WEFT_BENCH_SELECTORS (per exhibit); the defaults are small.
#include <benchmark/benchmark.h>
#include <filesystem>
#include <fmt/format.h>
#include <stdlib.h>

#include "base/file.h"
#include "link/link.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "pack/scratch_test.h"
#include "pack/unit_file.h"

namespace weft::link {
namespace {

size_t setting(const char* name, size_t otherwise) {
  const char* value = ::getenv(name);
  return value ? size_t(std::stoul(value)) : otherwise;
}

// One small pack is sealed, then copied under other labels with other features: only its label is read from the
// manifest.
std::vector<std::string> make_packs(const pack::Scratch& scratch, size_t exhibits, size_t selectors) {
  pack::UnitRows rows;
  rows.exhibits.push_back({"model", "raw", 1, "", {}, {}, {}, {}, "none stored", "", ""});
  pack::write_unit(scratch / "unit", rows);
  pack::SealOptions seal;
  seal.exhibit = "model", seal.units = {scratch / "unit"}, seal.folder = scratch / "model",
  seal.tokens = scratch / "model.tokens", seal.temporary = scratch / "tmp";
  pack::seal(seal);
  std::string manifest = read_file(scratch / "model/manifest.json");
  pack::Database database(scratch / "tmp", GiB, 2);
  std::vector<std::string> packs;
  for (size_t e = 0; e < exhibits; ++e) {
    std::string label = fmt::format("exhibit-{:04}", e), folder = scratch / label;
    std::filesystem::copy(scratch / "model", folder);
    std::string own = manifest;
    own.replace(own.find("\"model\""), 7, "\"" + label + "\"");
    write_file(folder + "/manifest.json", own);
    // Every tenth value comes from a pool that all draw from: hubs, pairs and coincidences of all sizes.
    pack::write_parquet_query(database,
                              fmt::format(R"(
      SELECT '{0}' AS exhibit, 'email' AS kind,
             CASE WHEN i % 10 = 0 THEN 'pool' || CAST(floor(exp(ln({2}) * (hash(i, {1}) % 1000003) / 1000003.0)) AS BIGINT) || '@public.net'
                  ELSE 'p' || i || '@private{1}.net' END AS value,
             CAST(i * 9000 AS UBIGINT) AS "offset", CAST(i * 9000 AS VARCHAR) AS path, '' AS file, CAST(NULL AS UBIGINT) AS file_id,
             CAST(NULL AS UBIGINT) AS file_offset, 'utf-8' AS encoding, 'email' AS scanner, '' AS context, '' AS role
        FROM range({3}) AS t(i))",
                                          label, e, selectors * exhibits, selectors),
                              folder + "/feature.parquet");
    packs.push_back(folder);
  }
  return packs;
}

// From packs alone (a first run), or with every exhibit's index there already (a run after one exhibit came in).
void linking(benchmark::State& state, bool with_indexes) {
  size_t exhibits = setting("WEFT_BENCH_EXHIBITS", 20), selectors = setting("WEFT_BENCH_SELECTORS", 20000);
  static pack::Scratch scratch;
  static std::vector<std::string> packs = make_packs(scratch, exhibits, selectors);
  LinkOptions options;
  options.packs = packs;
  options.folder = scratch / "links", options.temporary = scratch / "tmp", options.indexes = scratch / "indexes",
  options.version = "bench";
  LinkSummary summary;
  for (auto _ : state) {
    if (!with_indexes) std::filesystem::remove_all(options.indexes);
    summary = link(options);
  }
  state.counters["selectors"] = double(summary.selectors);
  state.counters["shared"] = double(summary.shared);
  state.counters["links"] = double(summary.links);
  state.counters["rows/s"] =
      benchmark::Counter(double(exhibits * selectors), benchmark::Counter::kIsIterationInvariantRate);
}
void linking_anew(benchmark::State& state) {
  linking(state, false);
}
void linking_again(benchmark::State& state) {
  linking(state, true);
}
BENCHMARK(linking_anew)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(linking_again)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace weft::link
