// libFuzzer's way in. WEFT_FUZZ names the scanner or decoder; README.md of this folder says how to hunt.
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static weft::scan::FuzzTarget target = [] {
    const char* name = std::getenv("WEFT_FUZZ");
    try {
      return weft::scan::FuzzTarget(name ? name : "all");
    } catch (const weft::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(2);
    }
  }();
  target.run({data, size});
  return 0;
}
