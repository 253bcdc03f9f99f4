// A folder for one test, gone with it.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <stdlib.h>
#include <string>

#include "base/bytes.h"

namespace weft::pack {

class Scratch {
 public:
  Scratch() : folder_((std::filesystem::temp_directory_path() / "weft-pack-XXXXXX").string()) {
    if (!::mkdtemp(folder_.data())) throw std::runtime_error("no scratch folder");
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

}  // namespace weft::pack
