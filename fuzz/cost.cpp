// What a page full of an input costs: what the fuzzer found is small, and slow only when there is much of it.
//
//     weft_page_cost [--least MB/S] FILE|FOLDER...
//
// Each input is repeated to 1 MiB and shown to all scanners and decoders; those that are slower (than 20) are told,
// their layers counted. CPU time of the thread.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/watch.h"
#include "scan/engine.h"

namespace {

namespace files = std::filesystem;
using namespace weft;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

std::vector<std::string> inputs(const std::string& path) {
  if (!files::is_directory(path)) return {path};
  std::vector<std::string> out;
  for (const auto& entry : files::recursive_directory_iterator(path))
    if (entry.is_regular_file()) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

void measure(scan::Scan& scan, const std::string& path, double least) {
  const std::string unit = read_file(path);
  if (unit.empty()) return;
  std::string bytes;
  while (bytes.size() < MiB) bytes += unit;
  double seconds = 0;
  size_t found = 0;
  uint64_t all = 0;
  for (int tries = 0; tries < 2 && (tries == 0 || double(all) / seconds < least * 1e6); ++tries) {
    scan::Results results;
    NoWatch watch;
    const double start = thread_seconds();
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
    seconds = thread_seconds() - start;
    all = bytes.size() + scan.decoded();
    found = results.features.size() + results.problems.size();
  }
  const double speed = double(all) / seconds / 1e6;
  if (speed < least)
    fmt::print("{:7.1f} MB/s {:7} found {:7.2f} us each  {}\n", speed, found,
               found > 0 ? seconds / double(found) * 1e6 : 0.0, path);
}

}  // namespace

int main(int count, char** arguments) {
  double least = 20;
  try {
    const scan::Rules rules;
    scan::Scan scan(rules, {});
    for (int i = 1; i < count; ++i) {
      if (std::strcmp(arguments[i], "--least") == 0 && i + 1 < count) {
        least = std::stod(arguments[++i]);
        continue;
      }
      for (const std::string& path : inputs(arguments[i])) measure(scan, path, least);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
