// What the scan could not read of the image: noted page by page while units are done, told when all are. A stretch goes
// over many pages where a container was cut off, and is one problem.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/file.h"
#include "model/byte_source.h"

namespace weft::extract {

class ImageFaultsFile {
 public:
  // Made when it is not there. Throws Error as files do.
  explicit ImageFaultsFile(const std::string& path);
  void add(const Fault& fault);
  void sync();  // any thread
  // In the order they came; a page that was read again has its faults again. A line that is damaged is left out.
  static std::vector<Fault> read(const std::string& path);

 private:
  std::string path_;
  Fd fd_;
  std::atomic<bool> grown_ = false;  // since the last sync
};

}  // namespace weft::extract
