// libFuzzer's way in. WEFT_FUZZ names the target; README.md of this folder says how to hunt.
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "targets.h"

namespace {

std::string target_name() {
  const char* name = std::getenv("WEFT_FUZZ");
  return name ? name : "all";
}

}  // namespace

// Examples are seeds, and libFuzzer reads seeds from files: they are written into the folder that WEFT_FUZZ_EXAMPLES
// names.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("WEFT_FUZZ_EXAMPLES");
  if (!folder) return 0;
  size_t number = 0;
  for (const std::string& example : weft::fuzz::examples_of(target_name()))
    weft::write_file(fmt::format("{}/{}-{}", folder, target_name(), number++), example);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const weft::fuzz::Target target = [] {
    try {
      return weft::fuzz::target_named(target_name());
    } catch (const weft::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(2);
    }
  }();
  target({data, size});
  return 0;
}
