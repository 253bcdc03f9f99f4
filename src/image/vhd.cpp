// Virtual PC and Hyper-V disks (VHD: fixed, dynamic, differencing; VHDX), by libvhdi.
//
// VHD: a footer of 512 bytes ends the file; dynamic ones repeat it at the start, follow with a header "cxsparse" and a
// table of blocks. Numbers are big-endian; checksums are the inverted sum of the bytes. (Virtual Hard Disk Image Format
// Specification, 2006.)
// VHDX: two headers at 64 and 128 KiB, the higher sequence number with a right checksum is current. If its log GUID is
// set and the log holds entries with that GUID, the last writes are in the log only and the file is not consistent
// without them (MS-VHDX 2.3). libvhdi does not replay logs, and we do not write to evidence: so that is an Error, for
// otherwise the bytes would be wrong without a word.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <libvhdi.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/libyal.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

struct Vhdi {
  using File = libvhdi_file_t;
  using Problem = libvhdi_error_t;
  static ssize_t read(File* file, void* out, size_t size, off64_t offset, Problem** problem) {
    return libvhdi_file_read_buffer_at_offset(file, out, size, offset, problem);
  }
  static int backtrace(Problem* problem, char* out, size_t size) {
    return libvhdi_error_backtrace_sprint(problem, out, size);
  }
  static void free_problem(Problem** problem) { libvhdi_error_free(problem); }
  static void close(File* file) {
    libvhdi_file_close(file, nullptr);
    libvhdi_file_free(&file, nullptr);
  }
};
using Owned = LibyalSource<Vhdi>::Owned;
using Guid = std::array<uint8_t, 16>;

// What our own look at the file says before libvhdi gets it.
struct Disk {
  bool differencing = false;
  std::vector<Fault> faults;
};

uint32_t inverted_sum(Bytes bytes, size_t checksum_at) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++) sum += i >= checksum_at && i < checksum_at + 4 ? 0 : bytes[i];
  return ~sum;
}

Disk check_vhd(const EvidenceFile& file) {
  const auto refuse = [&](const std::string& why) { throw Error("cannot read this VHD: " + why, file.path()); };
  constexpr size_t footer_size = 512;
  if (file.size() < footer_size) refuse("it is smaller than its footer");
  const auto footer = file.read(file.size() - footer_size, footer_size);
  if (!as_text(footer).starts_with("conectix"))
    refuse("its footer has 511 bytes (Virtual PC before 2004); convert it first");
  Disk disk;
  Cursor cursor(footer);
  cursor.seek(16);
  const uint64_t header_at = cursor.u64be();
  cursor.seek(48);
  const uint64_t size = cursor.u64be();
  cursor.seek(60);
  const uint32_t type = cursor.u32be(), checksum = cursor.u32be();
  if (checksum != inverted_sum(footer, 64)) {
    disk.faults.push_back({0, 0, "the checksum of the VHD's footer is wrong: it is damaged or was altered"});
  }
  if (type < 2 || type > 4) refuse(fmt::format("disk type {} is not known", type));
  if (size == 0 || size > uint64_t{1} << 50) refuse("the size of the disk in its footer is damaged");
  disk.differencing = type == 4;
  if (type == 2) {
    if (size > file.size() - footer_size) {
      disk.faults.push_back({file.size() - footer_size, size - (file.size() - footer_size),
                             fmt::format("the VHD states {} bytes, the file holds {}: it is truncated", size,
                                         file.size() - footer_size)});
    }
    return disk;
  }
  const auto header = file.read(header_at, 1024);
  if (header.size() < 1024 || !as_text(header).starts_with("cxsparse"))
    refuse("its dynamic header is missing or damaged");
  cursor = Cursor(header);
  cursor.seek(16);
  const uint64_t table_at = cursor.u64be();
  cursor.skip(4);
  const uint32_t entries = cursor.u32be(), block = cursor.u32be(), header_checksum = cursor.u32be();
  if (header_checksum != inverted_sum(header, 36)) {
    disk.faults.push_back({0, 0, "the checksum of the VHD's dynamic header is wrong: it is damaged or was altered"});
  }
  if (block < 512 || block > 256 * MiB || (block & (block - 1)) != 0) refuse("its block size is damaged");
  if (table_at > file.size() || entries > (file.size() - table_at) / 4) {
    refuse("its table of blocks reaches behind the end of the file: it is truncated or damaged");
  }
  if ((size + block - 1) / block > entries) refuse("its table of blocks is too short for the size of the disk");
  return disk;
}

// CRC-32C (Castagnoli), bit by bit: only headers and log entries of a few KiB go through it.
uint32_t crc32c(Bytes bytes) {
  uint32_t crc = ~0u;
  for (uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; i++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
  }
  return ~crc;
}

// The CRC with its own field (4 bytes at 4) taken as zero.
bool crc_holds(std::vector<uint8_t> bytes) {
  Cursor cursor(bytes);
  cursor.skip(4);
  const uint32_t stated = cursor.u32le();
  std::fill_n(bytes.begin() + 4, 4, uint8_t{0});
  return crc32c(bytes) == stated;
}

Disk check_vhdx(const EvidenceFile& file) {
  const auto refuse = [&](const std::string& why) { throw Error("cannot read this VHDX: " + why, file.path()); };
  std::vector<uint8_t> current;
  uint64_t highest = 0;
  for (uint64_t at : {64 * KiB, 128 * KiB}) {
    auto header = file.read(at, 4096);
    if (header.size() < 4096 || !as_text(header).starts_with("head") || !crc_holds(header)) continue;
    Cursor cursor(header);
    cursor.skip(8);
    const uint64_t sequence = cursor.u64le();
    if (current.empty() || sequence > highest) {
      current = std::move(header);
      highest = sequence;
    }
  }
  if (current.empty()) refuse("both of its headers are damaged, or the file is truncated");
  Cursor cursor(current);
  cursor.skip(48);
  const Bytes log_guid = cursor.take(16);
  cursor.skip(4);
  const uint64_t log_size = cursor.u32le(), log_at = cursor.u64le();
  if (std::all_of(log_guid.begin(), log_guid.end(), [](uint8_t byte) { return byte == 0; })) return {};
  if (log_at > file.size() || log_size > file.size() - log_at || log_size > 256 * MiB)
    refuse("its log is damaged or cut off");
  constexpr uint64_t log_sector = 4096;
  for (uint64_t at = 0; at + log_sector <= log_size; at += log_sector) {
    const auto entry = file.read(log_at + at, 64);
    if (!as_text(entry).starts_with("loge") || entry.size() < 48) continue;
    if (std::equal(log_guid.begin(), log_guid.end(), entry.begin() + 32)) {
      refuse(
          "it was not closed properly, its log has to be replayed before reading. Keep the original; on a working "
          "copy, replay it (qemu-img check -r all, or Mount-VHD) and take in the copy");
    }
  }
  return {};
}

Disk check_disk(const std::string& path) {
  const EvidenceFile file(path);
  return as_text(file.read(0, 8)) == "vhdxfile" ? check_vhdx(file) : check_vhd(file);
}

Owned open_file(const std::string& path) {
  libvhdi_error_t* problem = nullptr;
  libvhdi_file_t* file = nullptr;
  if (libvhdi_file_initialize(&file, &problem) != 1) fail<Vhdi>("cannot start libvhdi", path, problem);
  Owned owned(file);
  if (libvhdi_file_open(file, path.c_str(), libvhdi_get_access_flags_read(), &problem) != 1) {
    fail<Vhdi>("cannot open the virtual disk: it is damaged", path, problem);
  }
  return owned;
}

bool is_differencing(libvhdi_file_t* file) {
  uint32_t type = 0;
  return libvhdi_file_get_disk_type(file, &type, nullptr) == 1 && type == LIBVHDI_DISK_TYPE_DIFFERENTIAL;
}

std::string parent_name(libvhdi_file_t* file) {
  std::vector<uint8_t> name(4096);
  if (libvhdi_file_get_utf8_parent_filename(file, name.data(), name.size() - 1, nullptr) != 1) return {};
  return reinterpret_cast<const char*>(name.data());
}

// A disk and those it stands on, opened; the deepest first. Parents are looked for beside, by bare name only: a path
// inside evidence must never lead to other places of this machine.
struct Chain {
  std::vector<std::string> paths;  // the given one first
  std::vector<Owned> open;         // the same, deepest first
  std::vector<Fault> faults;
};

Chain open_chain(const std::string& path) {
  constexpr size_t deepest = 32;
  Chain chain;
  std::string at = path;
  for (;;) {
    Disk disk = check_disk(at);
    for (Fault& fault : disk.faults) {
      fault.what = files::path(at).filename().string() + ": " + fault.what;
      chain.faults.push_back(std::move(fault));
    }
    chain.paths.push_back(at);
    chain.open.insert(chain.open.begin(), open_file(at));
    libvhdi_file_t* file = chain.open.front().get();
    if (chain.open.size() > 1) {
      Guid stated{}, actual{};
      if (libvhdi_file_get_parent_identifier(chain.open[1].get(), stated.data(), stated.size(), nullptr) != 1 ||
          libvhdi_file_get_identifier(file, actual.data(), actual.size(), nullptr) != 1 || stated != actual) {
        throw Error(fmt::format("is not the parent that {} was made from (identifier {} instead of {})",
                                chain.paths[chain.paths.size() - 2], hex(actual), hex(stated)),
                    at);
      }
      libvhdi_error_t* problem = nullptr;
      if (libvhdi_file_set_parent_file(chain.open[1].get(), file, &problem) != 1) {
        fail<Vhdi>("cannot put the virtual disk onto its parent", at, problem);
      }
    }
    if (!is_differencing(file) && !disk.differencing) return chain;
    const std::string name = parent_name(file);
    const std::string parent = parent_beside(at, name);
    if (chain.paths.size() == deepest ||
        std::find(chain.paths.begin(), chain.paths.end(), parent) != chain.paths.end()) {
      throw Error("the chain of parent disks has no end", path);
    }
    at = parent;
  }
}

}  // namespace

std::vector<std::string> vhd_parts(const std::string& path) {
  return open_chain(path).paths;
}

Image open_vhd(const Recognised& what) {
  const std::string& path = what.parts.front();
  Chain chain = open_chain(path);
  Image image = image_of(what.format, std::move(chain.paths), std::move(chain.faults));
  libvhdi_file_t* file = chain.open.back().get();
  libvhdi_error_t* problem = nullptr;
  size64_t size = 0;
  if (libvhdi_file_get_media_size(file, &size, &problem) != 1) {
    fail<Vhdi>("cannot open the virtual disk: its size is damaged", path, problem);
  }
  uint32_t type = 0;
  libvhdi_file_get_disk_type(file, &type, nullptr);
  image.metadata.emplace_back("disk_type", type == LIBVHDI_DISK_TYPE_FIXED     ? "fixed"
                                           : type == LIBVHDI_DISK_TYPE_DYNAMIC ? "dynamic"
                                                                               : "differencing");
  if (Guid guid{}; libvhdi_file_get_identifier(file, guid.data(), guid.size(), nullptr) == 1) {
    image.metadata.emplace_back("identifier", hex(guid));
  }
  image.bytes = std::make_unique<LibyalSource<Vhdi>>(std::move(chain.open), size);
  return image;
}

}  // namespace weft::image
