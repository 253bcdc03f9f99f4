// What the tests of src/fs share: a scratch folder, a raw file as a source, commands of peers, a sink that keeps rows.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "fs/file_system.h"

namespace weft::fs {

// A folder of the test's own, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-fs-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw Error("mkdtemp", pattern, errno);
    folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info {};
    if (!fd_ || fstat(fd_.get(), &info) != 0) throw Error("cannot open", path, errno);
    size_ = uint64_t(info.st_size);
  }
  uint64_t size() const override { return size_; }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>&) override {
    ssize_t n = offset < size_ ? pread(fd_.get(), out.data(), out.size(), off_t(offset)) : 0;
    return n > 0 ? size_t(n) : 0;
  }

 private:
  Fd fd_;
  uint64_t size_ = 0;
};

struct Listing final : WalkSink {
  std::vector<std::pair<FileRow, std::vector<ExtentRow>>> files;
  std::vector<ProblemRow> problems;
  void file(FileRow row, std::vector<ExtentRow> extents) override {
    files.emplace_back(std::move(row), std::move(extents));
  }
  void problem(ProblemRow row) override { problems.push_back(std::move(row)); }
  const FileRow* find(std::string_view path) const {
    for (auto& [row, extents] : files)
      if (row.path == path) return &row;
    return nullptr;
  }
};

// What the shell command prints on stdout.
inline std::string run(const Scratch& scratch, const std::string& command) {
  std::string all = "cd '" + scratch.path("") + "' && { " + command + " ; } 2>>stderr", out;
  FILE* pipe = popen(all.c_str(), "r");
  if (!pipe) throw Error("cannot run", command, errno);
  char buffer[65536];
  while (size_t n = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  pclose(pipe);
  return out;
}

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// The path of a file of the evidence folder, or nothing when it is not there.
inline std::string evidence_file(const std::string& name) {
  const char* set = std::getenv("WEFT_EVIDENCE");
  std::string path = (set ? std::string(set) : std::string(WEFT_SOURCE_DIR) + "/../shared/evidence") + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

inline std::string content_sha256(ByteSource& content) {
  Hasher hasher(Digest::sha256);
  std::vector<uint8_t> buffer(1 * MiB);
  std::vector<Fault> faults;
  for (uint64_t at = 0; at < content.size();) {
    size_t n = content.read(at, buffer, faults);
    if (n == 0) break;
    hasher.update(Bytes(buffer).first(n));
    at += n;
  }
  return hasher.hex();
}

// The superblock's block of an APFS volume, as pstat tells it: that is how fls and icat want it named.
inline std::string apfs_block(const Scratch& scratch, const std::string& raw, const VolumeRow& volume) {
  std::string command =
      fmt::format("pstat -o {} {} | grep -A3 'Volume' | grep -o 'APSB Block Number: .*'", volume.offset / 512, raw);
  std::vector<std::string> blocks = lines(run(scratch, command));
  size_t slot = size_t(volume.slot.value_or(0));
  return slot < blocks.size() ? blocks[slot].substr(blocks[slot].rfind(' ') + 1) : "0";
}

}  // namespace weft::fs
