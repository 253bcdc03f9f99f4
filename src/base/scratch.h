// A folder of this process alone, where there is no case to write to. Owned by one object; gone with it, and what is in
// it too.
#pragma once

#include <string>

namespace weft {

class ScratchFolder {
 public:
  // Under TMPDIR, else /tmp; readable by its owner only. Error when it cannot be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  const std::string& path() const { return path_; }

 private:
  std::string path_;  // "" when moved from
};

}  // namespace weft
