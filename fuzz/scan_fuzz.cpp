// libFuzzer's way in. WEFT_FUZZ names the scanner or decoder; README.md of this folder says how to hunt.
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "scan/scanner.h"
#include "target.h"

namespace {

std::string target_name() {
  const char* name = std::getenv("WEFT_FUZZ");
  return name ? name : "all";
}

}  // namespace

// A scanner's examples are its seeds, and libFuzzer reads seeds from files: they are written into the folder that
// WEFT_FUZZ_EXAMPLES names.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("WEFT_FUZZ_EXAMPLES");
  if (!folder) return 0;
  const std::string name = target_name();
  for (const weft::scan::Scanner* scanner : weft::scan::scanners()) {
    if (name != "all" && name != scanner->name) continue;
    size_t number = 0;
    for (const weft::scan::Example& example : scanner->examples)
      weft::write_file(fmt::format("{}/{}-{}", folder, scanner->name, number++), example.text);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static weft::scan::FuzzTarget target = [] {
    try {
      return weft::scan::FuzzTarget(target_name());
    } catch (const weft::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(2);
    }
  }();
  target.run({data, size});
  return 0;
}
