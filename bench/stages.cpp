// The stages of an extraction one after the other in one thread, each with its CPU time: reading through the container,
// hashing, scanning pages as the extraction does, and walking the file systems. What `weft extract` spends above their
// sum goes into processes, content hashing, unit files and sealing.
#include <exception>

#include "base/error.h"
#include "base/hash.h"
#include "clock.h"
#include "fs/file_system.h"
#include "image/image.h"
#include "scan/engine.h"

namespace weft::bench {
namespace {

class Counter final : public fs::WalkSink {
 public:
  void file(FileRow, std::vector<ExtentRow>) override { ++files; }
  void problem(ProblemRow) override {}
  uint64_t files = 0;
};

void measure(const std::string& path, const std::string& spool) {
  const Limits limits;
  image::OpenOptions how;
  how.spool = spool;
  image::Image image = image::open(path, how);
  ByteSource& source = *image.bytes;
  const scan::Rules rules;
  scan::Scan scan(rules, limits);
  Hasher hasher(Digest::sha256);
  NoWatch watch;
  std::vector<uint8_t> buffer(limits.margin_before + limits.page + limits.margin_after);
  std::vector<Fault> faults;
  double reading = 0, hashing = 0, scanning = 0;
  uint64_t features = 0;
  for (uint64_t at = 0; at < source.size(); at += limits.page) {
    uint64_t before = std::min(at, limits.margin_before);
    double start = cpu_seconds();
    size_t n = source.read(at - before, MutableBytes(buffer).first(before + limits.page + limits.margin_after), faults);
    size_t end = std::min<size_t>(n, before + limits.page);
    Bytes bytes = Bytes(buffer).first(n);
    double after_read = cpu_seconds();
    hasher.update(bytes.subspan(before, end - before));
    double after_hash = cpu_seconds();
    scan::Results results;
    scan.page({bytes, size_t(before), end, at - before}, "", watch, results);
    double after_scan = cpu_seconds();
    reading += after_read - start, hashing += after_hash - after_read, scanning += after_scan - after_hash;
    features += results.features.size();
  }
  print_stage("read", source.size(), reading, 0);
  print_stage("SHA-256", source.size(), hashing, 0);
  print_stage("scan", source.size(), scanning, features);

  double start = cpu_seconds();
  Counter counter;
  if (!image.logical) {
    std::vector<ProblemRow> problems;
    for (const VolumeRow& volume : fs::find_volumes(source, limits, problems)) {
      if (volume.file_system.empty()) continue;
      try {
        fs::open(source, volume, limits)->walk(1, watch, counter);
      } catch (const Error&) {
        // Named but not readable: nothing to walk, nothing to measure.
      }
    }
  }
  print_stage("walk", source.size(), cpu_seconds() - start, counter.files);
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: weft_stages IMAGE SPOOL\n"), 2;
  try {
    weft::bench::measure(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_stages: %s\n", error.what());
    return 1;
  }
}
