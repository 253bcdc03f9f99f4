// QCOW images (versions 1 to 3), by libqcow.
//
// libqcow is older than some of what version 3 may ask for (zstd clusters, external data files, extended L2 entries);
// the header says so in "incompatible features", and a reader that does not know a bit must refuse. Backing files: a
// QCOW that holds only what changed reads through to its parent. Source: QEMU's docs/interop/qcow2.txt.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <libqcow.h>

#include "base/cursor.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/libyal.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

struct Qcow {
  using File = libqcow_file_t;
  using Problem = libqcow_error_t;
  static ssize_t read(File* file, void* out, size_t size, off64_t offset, Problem** problem) {
    return libqcow_file_read_buffer_at_offset(file, out, size, offset, problem);
  }
  static int backtrace(Problem* problem, char* out, size_t size) {
    return libqcow_error_backtrace_sprint(problem, out, size);
  }
  static void free_problem(Problem** problem) { libqcow_error_free(problem); }
  static void close(File* file) {
    libqcow_file_close(file, nullptr);
    libqcow_file_free(&file, nullptr);
  }
};

struct Header {
  uint32_t version = 0;
  std::string backing;  // name of the file this one stands on, as written
  uint32_t cluster_bits = 0;
  uint64_t size = 0;
  uint64_t l1_entries = 0, l1_offset = 0;
  uint32_t snapshots = 0;
  uint64_t file_size = 0;
};

Header header_of(const std::string& path) {
  const EvidenceFile file(path);
  const auto bytes = file.read(0, 4096);
  Header header;
  header.file_size = file.size();
  Cursor cursor(bytes);
  cursor.skip(4);
  header.version = cursor.u32be();
  const uint64_t name_at = cursor.u64be();
  const uint32_t name_size = cursor.u32be();
  uint32_t encryption = 0;
  uint64_t incompatible = 0;
  uint8_t compression = 0;
  if (header.version == 1) {
    cursor.skip(4);  // time of modification
    header.size = cursor.u64be();
    header.cluster_bits = cursor.u8();
    cursor.skip(3);
    encryption = cursor.u32be();
    header.l1_offset = cursor.u64be();
  } else {
    header.cluster_bits = cursor.u32be();
    header.size = cursor.u64be();
    encryption = cursor.u32be();
    header.l1_entries = cursor.u32be();
    header.l1_offset = cursor.u64be();
    cursor.skip(12);
    header.snapshots = cursor.u32be();
    if (header.version >= 3) {
      cursor.seek(72);
      incompatible = cursor.u64be();
      cursor.seek(100);
      if (cursor.u32be() > 104) compression = cursor.u8();
    }
  }
  const auto refuse = [&](const std::string& why) { throw Error("cannot read this QCOW image: " + why, path); };
  if (!cursor.ok()) refuse("its header is truncated");
  if (header.version < 1 || header.version > 3) refuse(fmt::format("version {} is not known", header.version));
  if (encryption != 0) refuse("it is encrypted; decrypt it first (qemu-img convert with its key)");
  constexpr uint64_t dirty = 1, corrupt = 2;  // both concern reference counts and writing, not what a reader sees
  if (incompatible & ~(dirty | corrupt) || compression != 0) {
    refuse("it uses features not known here (external data file, zstd or extended L2); convert it first (qemu-img "
           "convert -O raw)");
  }
  if (header.cluster_bits < 9 || header.cluster_bits > 21) refuse("its header is damaged (cluster size)");
  if (header.l1_offset > header.file_size || header.l1_entries > (header.file_size - header.l1_offset) / 8) {
    refuse("its table of clusters reaches behind the end of the file: it is truncated or damaged");
  }
  if (header.size == 0 || header.size > uint64_t{1} << 62) refuse("its header is damaged (size of the disk)");
  if (name_at != 0) {
    if (name_size == 0 || name_size > 1023 || name_at > header.file_size) refuse("the name of its backing file is damaged");
    header.backing = std::string(as_text(file.read(name_at, name_size)));
  }
  return header;
}

// A file and those it stands on, the deepest last. A backing file is looked for beside, by its bare name only: a name
// inside evidence must never lead to other places of this machine.
std::vector<std::string> chain_of(const std::string& path) {
  constexpr size_t deepest = 32;
  std::vector<std::string> chain{path};
  for (;;) {
    const std::string name = header_of(chain.back()).backing;
    if (name.empty()) return chain;
    std::string bare = name.substr(name.find_last_of("/\\:") + 1);
    const std::string parent = (files::path(path).parent_path() / bare).string();
    if (bare.empty() || !exists(parent)) {
      throw Error(fmt::format("stands on another image, which is missing: put {} beside it", printable(name)),
                  chain.back());
    }
    if (chain.size() == deepest || std::find(chain.begin(), chain.end(), parent) != chain.end()) {
      throw Error("the chain of backing files has no end", path);
    }
    const auto magic = EvidenceFile(parent).read(0, 4);
    if (as_text(magic) != std::string_view("QFI\xfb")) {
      throw Error(fmt::format("stands on {}, which is not a QCOW image itself: merge them first (qemu-img convert -O raw)",
                              printable(name)),
                  chain.back());
    }
    chain.push_back(parent);
  }
}

LibyalSource<Qcow>::Owned open_file(const std::string& path) {
  libqcow_error_t* problem = nullptr;
  libqcow_file_t* file = nullptr;
  if (libqcow_file_initialize(&file, &problem) != 1) fail<Qcow>("cannot start libqcow", path, problem);
  LibyalSource<Qcow>::Owned owned(file);
  if (libqcow_file_open(file, path.c_str(), libqcow_get_access_flags_read(), &problem) != 1) {
    fail<Qcow>("cannot open the QCOW image: it is damaged", path, problem);
  }
  return owned;
}

}  // namespace

std::vector<std::string> qcow_parts(const std::string& path) { return chain_of(path); }

Image open_qcow(const Recognised& what) {
  const std::string& path = what.parts.front();
  Image image = image_of(what.format, chain_of(path));
  const Header header = header_of(path);
  std::vector<LibyalSource<Qcow>::Owned> chain;
  libqcow_error_t* problem = nullptr;
  for (size_t i = image.parts.size(); i-- > 0;) {
    chain.push_back(open_file(image.parts[i]));
    if (chain.size() > 1 &&
        libqcow_file_set_parent_file(chain.back().get(), chain[chain.size() - 2].get(), &problem) != 1) {
      fail<Qcow>("cannot put the QCOW image onto its backing file", path, problem);
    }
  }
  size64_t size = 0;
  if (libqcow_file_get_media_size(chain.back().get(), &size, &problem) != 1) {
    fail<Qcow>("cannot open the QCOW image: its size is damaged", path, problem);
  }
  image.metadata.emplace_back("qcow_version", std::to_string(header.version));
  if (header.snapshots > 0) {
    image.metadata.emplace_back("internal_snapshots", std::to_string(header.snapshots));
    image.faults.push_back({0, 0, fmt::format("the image holds {} internal snapshots, which are not read: only its "
                                              "present state is",
                                              header.snapshots)});
  }
  image.bytes = std::make_unique<LibyalSource<Qcow>>(std::move(chain), size);
  return image;
}

}  // namespace weft::image
