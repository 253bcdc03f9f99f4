#include "base/scratch.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdlib.h>
#include <utility>

#include "base/error.h"

namespace weft {

ScratchFolder::ScratchFolder() {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string(base && *base ? base : "/tmp") + "/weft-XXXXXX";
  if (!::mkdtemp(path_.data())) throw Error("cannot make a folder", std::exchange(path_, {}), errno);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

}  // namespace weft
