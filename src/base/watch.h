// Watch: where a worker says what it is about to touch, so that whoever watches from outside knows the culprit when the
// worker crashes, hangs or eats memory, and so that a culprit found once is not touched again.
// An item is a short stable text, e.g. "page 16777216 scanner email", "16777216-GZIP-0", "inode 1234 of 1048576".
// Used by one thread each; implementations may share state underneath.
#pragma once

#include <string_view>

namespace weft {

class Watch {
 public:
  virtual ~Watch() = default;
  // Announces the item; false when it has been set aside: do not touch it (the engine writes the problem row).
  virtual bool enter(std::string_view item) = 0;
  // True when the whole run is to stop soon (Ctrl-C): long loops ask now and then and return early.
  virtual bool stopping() const { return false; }
};

// Watches nothing: for tests and tools.
class NoWatch final : public Watch {
 public:
  bool enter(std::string_view) override { return true; }
};

}  // namespace weft
