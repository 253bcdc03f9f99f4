// How long linking takes: packs of made-up e-mail addresses, most of them private to one exhibit, some shared.
// Size by WEFT_BENCH_EXHIBITS and WEFT_BENCH_SELECTORS (per exhibit); the defaults are small. With WEFT_BENCH_FOLDER
// the packs, indexes and link tables stay there, for another run of the same size or for other questions to them.
#include <benchmark/benchmark.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <stdlib.h>
#include <string>

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

// Where everything goes: the folder that was asked for, or one that goes with the program.
class Folder {
 public:
  Folder() {
    const char* kept = ::getenv("WEFT_BENCH_FOLDER");
    if (kept)
      folder_ = kept, std::filesystem::create_directories(kept);
    else
      scratch_ = std::make_unique<pack::Scratch>(), folder_ = *scratch_ / "";
  }
  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::unique_ptr<pack::Scratch> scratch_;
  std::string folder_;
};

// One small pack is sealed, then copied under other labels with other features: only its label and the name of its
// content are read from the manifest.
std::vector<std::string> make_packs(const Folder& folder, size_t exhibits, size_t selectors) {
  pack::UnitRows rows;
  rows.exhibits.push_back({"model", "raw", 1, "", {}, {}, {}, {}, "none stored", "", ""});
  pack::write_unit(folder / "unit", rows);
  std::filesystem::remove_all(folder / "model");
  pack::SealOptions seal;
  seal.exhibit = "model", seal.units = {folder / "unit"}, seal.folder = folder / "model",
  seal.tokens = folder / "model.tokens", seal.temporary = folder / "tmp";
  pack::seal(seal);
  const std::string manifest = read_file(folder / "model/manifest.json");
  pack::Database database(folder / "tmp", GiB, 2);
  std::vector<std::string> packs;
  for (size_t e = 0; e < exhibits; ++e) {
    const std::string label = fmt::format("exhibit-{:04}", e), pack = folder / label;
    packs.push_back(pack);
    if (exists(pack + "/manifest.json")) continue;
    std::filesystem::remove_all(pack);
    std::filesystem::copy(folder / "model", pack);
    std::filesystem::remove(pack + "/manifest.json");
    // Every tenth value comes from a pool that all draw from: hubs, pairs and coincidences of all sizes.
    pack::write_parquet_query(database,
                              fmt::format(R"(
      SELECT '{0}' AS exhibit, 'email' AS kind,
             CASE WHEN i % 10 = 0 THEN 'pool' || CAST(floor(exp(ln({2}) * (hash(i, {1}) % 1000003) / 1000003.0)) AS BIGINT) || '@public.net'
                  ELSE 'p' || i || '@private{1}.net' END AS value,
             CAST(i * 9000 AS UBIGINT) AS "offset", CAST(i * 9000 AS VARCHAR) AS path, '' AS file, CAST(NULL AS UBIGINT) AS file_id,
             CAST(NULL AS UBIGINT) AS file_offset, 'utf-8' AS encoding, 'email' AS scanner, '' AS context, '' AS role, false AS stopped
        FROM range({3}) AS t(i))",
                                          label, e, selectors * exhibits, selectors),
                              pack + "/feature.parquet");
    std::string own = manifest;
    own.replace(own.find("\"model\""), 7, "\"" + label + "\"");
    write_file(pack + "/manifest.json", own);
  }
  return packs;
}

// The most memory this process had resident, mapped files included, since it was last asked; in MiB.
double peak_memory() {
  double peak = 0;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) peak = std::stod(line.substr(6)) / 1024;
  std::ofstream("/proc/self/clear_refs") << "5";
  return peak;
}

// From packs alone (a first run), or with every exhibit's index there already (a run after one exhibit came in).
void linking(benchmark::State& state, bool with_indexes) {
  size_t exhibits = setting("WEFT_BENCH_EXHIBITS", 20), selectors = setting("WEFT_BENCH_SELECTORS", 20000);
  static const Folder folder;
  static const std::vector<std::string> packs = make_packs(folder, exhibits, selectors);
  LinkOptions options;
  options.packs = packs;
  options.folder = folder / "links", options.temporary = folder / "tmp", options.indexes = folder / "indexes",
  options.version = "bench", options.threads = unsigned(setting("WEFT_BENCH_THREADS", 2));
  LinkSummary summary;
  peak_memory();
  for (auto _ : state) {
    if (!with_indexes) std::filesystem::remove_all(options.indexes);
    summary = link(options);
  }
  state.counters["peak MiB"] = peak_memory();
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
