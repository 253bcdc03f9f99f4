// The line that shows how far an extraction is: rewritten in place on a terminal, a line now and then in a log.
#pragma once

#include <string>

#include "extract/engine.h"

namespace weft::app {

// "12 s", "3 min 05 s".
std::string in_words(double seconds);

class ProgressLine {
 public:
  ProgressLine();
  void show(const extract::Progress& now);
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  double next_ = 0;
  std::string stage_;
  double stage_began_ = 0;
  uint64_t stage_first_ = 0;
  std::string exhibit_;
};

}  // namespace weft::app
