// What each scanner and each decoder costs alone: MB/s per core over the first 64 MiB of each file, with its own
// patterns compiled alone, everything behind them included (a decoder's layers are unpacked, and looked through for its
// own like). One line each, tab-separated, as docs/measured/speed.tsv keeps them. All together cost far less than the
// sum, since one pass finds the patterns of all.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "clock.h"
#include "scan/engine.h"

namespace weft::bench {
namespace {

constexpr size_t most = 64 * MiB;

std::vector<uint8_t> start_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<uint8_t> out(most);
  in.read(reinterpret_cast<char*>(out.data()), std::streamsize(out.size()));
  out.resize(size_t(in.gcount()));
  if (out.empty()) throw Error("cannot be read, or is empty", path);
  return out;
}

double speed(const scan::Rules& rules, Bytes bytes) {
  const Limits limits;
  scan::Scan scan(rules, limits);
  NoWatch watch;
  double best = 0;
  for (int round = 0; round < 2; ++round) {
    const double start = cpu_seconds();
    for (size_t at = 0; at < bytes.size(); at += limits.page) {
      const size_t before = std::min<size_t>(at, limits.margin_before), end = std::min(bytes.size(), at + limits.page);
      const Bytes page = bytes.subspan(at - before, end - at + before);
      scan.page({page, before, page.size(), at - before}, "", watch, [](scan::Results&) {});
    }
    best = std::max(best, double(bytes.size()) / 1e6 / std::max(1e-9, cpu_seconds() - start));
  }
  return best;
}

void measure(const std::vector<const char*>& paths) {
  std::vector<std::vector<uint8_t>> corpora;
  std::printf("name");
  for (const char* path : paths) {
    corpora.push_back(start_of(path));
    const std::string name(path);
    const size_t slash = name.rfind('/') + 1;
    std::printf("\t%s", name.substr(slash, name.find('-', slash) - slash).c_str());
  }
  std::printf("\n");
  auto line = [&](std::string_view name, const scan::Rules& rules) {
    std::printf("%.*s", int(name.size()), name.data());
    for (const std::vector<uint8_t>& bytes : corpora) std::printf("\t%.0f", speed(rules, bytes));
    std::printf("\n");
    std::fflush(stdout);
  };
  for (const scan::Scanner* const& scanner : scan::scanners()) line(scanner->name, scan::Rules({&scanner, 1}, {}));
  for (const scan::Decoder* const& decoder : scan::decoders()) line(decoder->name, scan::Rules({}, {&decoder, 1}));
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: weft_scanners FILE...\n"), 2;
  try {
    weft::bench::measure({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_scanners: %s\n", error.what());
    return 1;
  }
}
