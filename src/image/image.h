// Opens an exhibit, whatever container it comes in, as one ByteSource. Read-only, always.
//
// A container is recognised by its content, never by its name. What is recognised but cannot be read (AFF4, DMG, WIM,
// Ex01, compressed streams, encrypted archives, missing segments, truncated headers) is an Error that says what it is
// and what to do; it is never read as raw, unless a person says so. Bytes without any container signature are a raw
// image.
//
// Logical exhibits (a folder, a zip, a tar) have no image of their own. They are laid out as one: the contents of their
// files one after the other in order of path (bytes, unsigned), each starting at a multiple of 4096 and followed by at
// least one zero byte. So pages, addresses, hashes and scanning are the same for every exhibit. A zip or tar is
// unpacked into a spool file inside the case first (never outside it); its own MD5/SHA-1 are not the layout's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/byte_source.h"
#include "model/limits.h"

namespace weft::image {

// One entry of a logical exhibit.
struct LogicalEntry {
  std::string path;     // '/' between names, no leading '/', never ".."; raw bytes of the name made UTF-8
  std::string kind;     // file, directory, link, device, fifo, socket, other
  uint64_t size = 0;    // bytes of content
  uint64_t offset = 0;  // where the content starts in the layout (files only)
  std::optional<Time> modified, accessed, changed, created;
  std::optional<uint64_t> inode;
  std::optional<std::string> target;  // of a symbolic link
};

struct Image {
  std::string format;              // as in ExhibitRow::format
  std::vector<std::string> parts;  // absolute paths of the evidence files, in order
  std::unique_ptr<ByteSource> bytes;
  bool logical = false;
  std::vector<LogicalEntry> entries;                          // logical exhibits only, in order of path
  std::optional<std::string> stored_md5, stored_sha1;         // hex, as the container states them
  std::vector<std::pair<std::string, std::string>> metadata;  // what the container says of itself, in its order
  std::vector<Fault> faults;  // what was found wrong while opening (segment shorter than stated, …)
};

// How a path is to be read: as what its content says; or as raw bytes, whatever they begin with (unallocated space that
// begins with a zip, memory).
enum class Reading { by_content, as_raw };

struct OpenOptions {
  std::string spool;  // path of the spool file, inside the case; used by zip and tar only; reused when complete
  uint64_t spool_limit = Limits{}.spool;
  std::function<bool()> stopping;  // asked now and then while unpacking; may be empty
  Reading reading = Reading::by_content;
};

// Throws Error with a message fit for the user. The Image belongs to the calling thread.
Image open(const std::string& path, const OpenOptions& options = {});

// What open() would take this path for, without reading more than the first and last few KiB: the format, and every
// evidence file that belongs to it (all segments). Throws the same errors.
struct Recognised {
  std::string format;
  std::vector<std::string> parts;
};
Recognised recognise(const std::string& path, Reading reading = Reading::by_content);

}  // namespace weft::image
