// How fast containers give out their bytes, in CPU time of this process: 64 MiB, half noise, half text, from the page
// cache.
#include <benchmark/benchmark.h>
#include <random>

#include "image/image_testing.h"

namespace weft::image {
namespace {

constexpr size_t size = 64 * MiB;

std::string sample() {
  std::string out(size, '\0');
  std::mt19937_64 random(1);
  for (size_t i = 0; i < size; i++) out[i] = i / MiB % 2 ? "the quick brown fox "[i % 20] : char(random());
  return out;
}

// make: what turns "source" into "made.<suffix>" in the scratch folder.
void read_all(benchmark::State& state, const char* made, const char* make) {
  Scratch scratch;
  spill(scratch / "source", sample());
  if (!run("cd " + scratch.path() + " && " + make)) return state.SkipWithError("its tool is not there");
  std::vector<uint8_t> buffer(16 * MiB);
  for (auto _ : state) {
    Image image = open(scratch / made);
    std::vector<Fault> faults;
    uint64_t at = 0;
    for (size_t n = 1; n; at += n) {
      n = image.bytes->read(at, buffer, faults);
      benchmark::DoNotOptimize(buffer.data());
    }
  }
  state.SetBytesProcessed(int64_t(state.iterations() * size));
}

BENCHMARK_CAPTURE(read_all, raw, "source", "true")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, folder, "folder", "mkdir folder && split -a 4 -b 64k source folder/f")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, ewf_packed, "made.E01", "ewfacquire -u -f encase6 -c deflate:fast -S 1G -t made source")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, ewf_plain, "made.E01", "ewfacquire -u -f encase6 -c deflate:none -S 1G -t made source")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, qcow2, "made.qcow2", "qemu-img convert -f raw -O qcow2 source made.qcow2")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, qcow2_packed, "made.qcow2", "qemu-img convert -c -f raw -O qcow2 source made.qcow2")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, vmdk, "made.vmdk", "qemu-img convert -f raw -O vmdk source made.vmdk")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_all, vhdx, "made.vhdx", "qemu-img convert -f raw -O vhdx source made.vhdx")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::image
