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
  // What is shown from here on belongs to the number-th of so many exhibits.
  void count(size_t number, size_t of);
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  double next_ = 0;
  std::string stage_;
  double stage_began_ = 0;
  uint64_t stage_first_ = 0;
  std::string exhibit_, counted_;
};

}  // namespace weft::app
