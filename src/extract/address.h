// Reads the bytes at an address of a sealed exhibit: where a claim came from, for `weft show` and `weft verify`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "extract/case.h"
#include "fs/file_system.h"
#include "image/image.h"
#include "pack/database.h"

namespace weft::extract {

struct Place {
  std::vector<uint8_t> bytes;
  size_t at = 0;               // the address points to bytes[at]
  uint64_t first = 0;          // offset of bytes[0] in the innermost layer (the image, a file, or a decoded stream)
  std::string layer;           // "image", "file 12", or the decoding path
  std::optional<size_t> page;  // of the PDF that was decoded, counted from 1
  std::optional<std::string> file;  // path of the file it lies in, if any
  std::optional<uint64_t> file_id;  // and its number
  uint64_t in_file = 0;             // where bytes[at], or the outermost layer it came from, stands in it
  std::vector<Fault> faults;
};

// One thread. Opens the evidence read-only on first use and keeps it.
class Addresses {
 public:
  Addresses(const Case& in, const Exhibit& exhibit);
  // path as in FeatureRow::path. Error when it is not an address, or leads nowhere.
  Place read(const std::string& path, uint64_t before, uint64_t after);
  ByteSource& image();

 private:
  std::unique_ptr<ByteSource> content(uint64_t file_id);

  const Case& case_;
  Exhibit exhibit_;
  pack::Database database_;
  std::optional<image::Image> image_;
  std::map<uint64_t, std::unique_ptr<fs::FileSystem>> file_systems_;
};

// "LABEL:PATH" taken apart. Error when it is none.
std::pair<std::string, std::string> split_address(const std::string& address);

}  // namespace weft::extract
