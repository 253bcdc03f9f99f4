// Rows per second through each step, on feature rows as a scan makes them. WEFT_BENCH_ROWS sets how many (default 1 M).
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <random>

#include "pack/append.h"
#include "pack/pack.h"
#include "pack/scratch_test.h"
#include "pack/unit_file.h"

namespace weft::pack {
namespace {

size_t row_count() {
  const char* text = std::getenv("WEFT_BENCH_ROWS");
  return text ? std::strtoull(text, nullptr, 10) : 1'000'000;
}

std::vector<FeatureRow> features(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<FeatureRow> rows(count);
  for (FeatureRow& row : rows) {
    uint64_t n = random();
    row.exhibit = "laptop-17", row.kind = n % 3 ? "email" : "url", row.encoding = "utf-8", row.scanner = row.kind;
    row.value = "user" + std::to_string(n % 100'000) + "@mail.example.org";
    row.offset = n % (64 * GiB), row.path = std::to_string(row.offset);
    if (n % 2) row.file_id = n % 200'000, row.file_offset = n % 4096;
    row.context = "To: \"User\" <" + row.value + ">, \"A";
  }
  return rows;
}

void count_rows(benchmark::State& state, size_t rows) {
  state.counters["rows/s"] = benchmark::Counter(double(rows * state.iterations()), benchmark::Counter::kIsRate);
}

void unit_write(benchmark::State& state) {
  Scratch scratch;
  UnitRows rows;
  rows.features = features(row_count(), 1);
  for (auto _ : state) write_unit(scratch / "u", rows);
  count_rows(state, rows.features.size());
}

void unit_read(benchmark::State& state) {
  Scratch scratch;
  UnitRows rows;
  rows.features = features(row_count(), 1);
  write_unit(scratch / "u", rows);
  for (auto _ : state) benchmark::DoNotOptimize(read_unit(scratch / "u"));
  count_rows(state, rows.features.size());
}

void append_rows(benchmark::State& state) {
  Scratch scratch;
  std::vector<FeatureRow> rows = features(row_count(), 1);
  Database database(scratch / "spill", 2 * GiB);
  for (auto _ : state) {
    create_table<FeatureRow>(database);
    append(database, rows);
  }
  count_rows(state, rows.size());
}

// Argument: MiB for the whole seal (DuckDB may use half).
void seal_rows(benchmark::State& state) {
  Scratch scratch;
  SealOptions options;
  size_t count = row_count();
  for (size_t i = 0; i < 10; ++i) {
    UnitRows rows;
    rows.features = features(count / 10, i);
    options.units.push_back(scratch / ("u" + std::to_string(i)));
    write_unit(options.units.back(), rows);
  }
  options.temporary = scratch / "tmp", options.tokens = scratch / "tokens.parquet",
  options.folder = scratch / "packs/K1";
  options.limits.memory = uint64_t(state.range(0)) * MiB;
  for (auto _ : state) {
    seal(options);
    state.PauseTiming();
    std::filesystem::remove_all(options.folder);
    state.ResumeTiming();
  }
  count_rows(state, count);
}

BENCHMARK(unit_write)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(unit_read)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(append_rows)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(seal_rows)->Arg(2048)->Arg(1024)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace weft::pack
