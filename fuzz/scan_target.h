// One scanner or decoder, by name, shown bytes that mean it harm. What must hold for all of them is checked here, for
// the fuzzer and for the replay alike; what does not hold stops the process.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

class ScanTarget {
 public:
  // The name of a scanner or a decoder, "words" for an examiner's terms, or "all" for everything at once. Throws Error
  // when there is none.
  explicit ScanTarget(std::string_view name);
  ~ScanTarget();

  // Scans the bytes as one page, and as two pages cut in the middle. Checked: layers come from their text and hold no
  // more than there was room for; problems and features have a place in the page; what the two pages give together is
  // within the limits; every path of a layer leads back; time is bounded by size.
  void run(Bytes bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::vector<std::string> scan_targets();

}  // namespace weft::scan
