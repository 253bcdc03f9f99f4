// Compressed streams that the scan of the image could not show whole, since they go on behind what surrounds their page
// or unpack to more than it may hold: noted page by page, in any order and by any thread, while units are done; read
// when all are, by who reads them on (contents.cpp).
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "scan/engine.h"

namespace weft::extract {

class GoingOnFile {
 public:
  // Made when it is not there. Throws Error as files do.
  explicit GoingOnFile(const std::string& path);
  void add(const scan::GoingOn& stream);
  void sync();
  // By where they begin on the image, each once. A record that is damaged is left out.
  std::vector<scan::GoingOn> all() const;

 private:
  std::string path_;
  Fd fd_;
};

}  // namespace weft::extract
