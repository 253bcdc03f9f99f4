// The paths of an exhibit's files by their number, kept in two files meanwhile: millions of paths may be more than
// memory should hold. Filled once in order of the numbers, then read. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::pack {

class FilePaths {
 public:
  // The two files are made in that folder, and go with this. Error when the disk fails.
  explicit FilePaths(const std::string& folder);
  ~FilePaths();
  // Numbers do not fall; of several paths of one number the first counts.
  void add(uint64_t file_id, std::string_view path);
  void finish();
  // Only after finish(). The view is valid as long as this is.
  std::optional<std::string_view> find(uint64_t file_id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weft::pack
