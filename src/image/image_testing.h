// What the tests of this module share: the evidence folder, scratch folders, running a peer tool, reading all of an
// image.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "image/image.h"

namespace weft::image {

inline std::string evidence() {
  const char* folder = std::getenv("WEFT_EVIDENCE");
  return folder ? folder : std::string(WEFT_SOURCE_DIR) + "/../shared/evidence";
}

#define NEEDS_EVIDENCE(name)                               \
  if (!std::filesystem::exists(evidence() + "/" + (name))) \
  GTEST_SKIP() << "no evidence: " << evidence() << "/" << (name)
#define NEEDS_TOOL(name) \
  if (std::system("command -v " name " >/dev/null 2>&1") != 0) GTEST_SKIP() << "no tool: " name

// A folder that is gone when the test ends.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-image-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void spill(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), std::streamsize(text.size()));
}
inline bool run(const std::string& command) {
  return std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) == 0;
}

struct Content {
  uint64_t size = 0;
  std::string md5, sha1, sha256;
  std::vector<Fault> faults;
};

// Hashes a whole source, read in steps of an odd size.
inline Content content_of(ByteSource& source, size_t step = 1'000'003) {
  Hasher md5(Digest::md5), sha1(Digest::sha1), sha256(Digest::sha256);
  Content out;
  std::vector<uint8_t> buffer(step);
  while (const size_t n = source.read(out.size, buffer, out.faults)) {
    for (Hasher* hasher : {&md5, &sha1, &sha256}) hasher->update(Bytes(buffer).first(n));
    out.size += n;
  }
  out.md5 = md5.hex();
  out.sha1 = sha1.hex();
  out.sha256 = sha256.hex();
  return out;
}
inline Content content_of(const std::string& path) {
  return content_of(*open(path).bytes);
}
inline std::string bytes_of(ByteSource& source) {
  std::vector<Fault> faults;
  std::vector<uint8_t> out(source.size());
  out.resize(source.read(0, out, faults));
  return {out.begin(), out.end()};
}

// The message of the Error that opening throws; "" when it opens.
inline std::string refusal(const std::string& path, const OpenOptions& options = {}) {
  try {
    open(path, options);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace weft::image
