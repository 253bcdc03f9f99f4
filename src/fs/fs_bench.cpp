// How fast a file system is walked, in entries per second: an ext4 of 20,000 small files in 200 directories.
#include <benchmark/benchmark.h>

#include "fs/testing.h"

namespace weft::fs {
namespace {

struct Count final : WalkSink {
  uint64_t extents = 0;
  void file(FileRow, std::vector<ExtentRow> its) override { extents += its.size(); }
  void problem(ProblemRow) override {}
};

void walk(benchmark::State& state) {
  Scratch scratch;
  run(scratch,
      "PATH=$PATH:/sbin; for d in $(seq 200); do mkdir -p t/$d; for f in $(seq 100); do echo $d $f > t/$d/$f; done; "
      "done; truncate -s 256M raw && mke2fs -q -F -t ext4 -N 30000 -d t raw");
  FileSource image(scratch.path("raw"));
  std::vector<ProblemRow> problems;
  std::vector<VolumeRow> volumes = find_volumes(image, Limits{}, problems);
  if (volumes.empty() || !is_readable(volumes[0])) return state.SkipWithError("mke2fs is not there");
  uint64_t entries = 0;
  for (auto _ : state) {
    auto system = open(image, volumes[0], Limits{});
    Count sink;
    NoWatch watch;
    entries += system->walk(1, watch, sink) - 1;
  }
  state.SetItemsProcessed(int64_t(entries));
}
BENCHMARK(walk)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::fs
