// The line that shows how far an extraction is: rewritten in place on a terminal, a line now and then in a log.
#pragma once

#include <string>

#include "extract/engine.h"

namespace weft::app {

class ProgressLine {
 public:
  ProgressLine();
  void show(const extract::Progress& now);
  void clear();
  // ", in 12 s": how long it was shown; empty when it never was.
  std::string duration() const;

 private:
  bool terminal_;
  bool shown_ = false;
  double next_ = 0;
  std::string stage_;
  double stage_began_ = 0;
  uint64_t stage_first_ = 0;
  extract::Progress now_;
};

}  // namespace weft::app
