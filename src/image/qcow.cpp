// QCOW images (versions 1 to 3), with a reader of our own: libqcow 20201213 does not know the "all zeros" mark that a
// cluster may carry since version 3 and gives out the stale bytes underneath, without a word.
//
// The disk is cut into clusters. A table of two levels (L1, L2; big-endian entries of 8 bytes) says where each one lies
// in the file: nowhere (then the backing file answers, or zeros), at an offset, or compressed (raw deflate). Entries of
// version 2 and 3: bits 9 to 55 are the offset, bit 62 marks a compressed cluster, bit 0 one of zeros (version 3). A
// compressed one packs offset (x = 62 - (cluster_bits - 8) bits) and number of further sectors above it. Version 1
// marks compression with bit 63 and packs the size in bytes above 63 - cluster_bits bits of offset. What a header asks
// for in "incompatible features" and we do not know is refused. Source: QEMU docs/interop/qcow2.txt.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <zlib.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/evidence_file.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

struct Header {
  uint32_t version = 0;
  std::string backing;  // name of the file this one stands on, as written
  uint32_t cluster_bits = 0, l2_bits = 0;
  uint64_t size = 0;
  uint64_t l1_entries = 0, l1_offset = 0;
  uint32_t snapshots = 0;
  bool corrupt = false;  // QEMU marked it so
};

Header header_of(const EvidenceFile& file) {
  const auto bytes = file.read(0, 4096);
  Header header;
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
    header.l2_bits = cursor.u8();
    cursor.skip(2);
    encryption = cursor.u32be();
    header.l1_offset = cursor.u64be();
  } else {
    header.cluster_bits = cursor.u32be();
    header.l2_bits = header.cluster_bits - 3;
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
  const auto refuse = [&](const std::string& why) { throw Error("cannot read this QCOW image: " + why, file.path()); };
  if (!cursor.ok()) refuse("its header is truncated");
  if (header.version < 1 || header.version > 3) refuse(fmt::format("version {} is not known", header.version));
  if (encryption != 0) refuse("it is encrypted; decrypt it first (qemu-img convert with its key)");
  constexpr uint64_t dirty = 1, corrupt = 2;  // both concern reference counts and writing, not what a reader sees
  if (incompatible & ~(dirty | corrupt) || compression != 0) {
    refuse(
        "it uses features not known here (external data file, zstd or extended L2); convert it first (qemu-img "
        "convert -O raw)");
  }
  if (header.cluster_bits < 9 || header.cluster_bits > 21) refuse("its header is damaged (cluster size)");
  if (header.version == 1) {
    if (header.l2_bits < 6 || header.l2_bits > 18) refuse("its header is damaged (table size)");
    const uint32_t shift = header.cluster_bits + header.l2_bits;
    header.l1_entries = (header.size >> shift) + ((header.size & ((uint64_t{1} << shift) - 1)) != 0);
  }
  header.corrupt = (incompatible & corrupt) != 0;
  if (header.l1_offset > file.size() || header.l1_entries > (file.size() - header.l1_offset) / 8) {
    refuse("its table of clusters reaches behind the end of the file: it is truncated or damaged");
  }
  if (header.size >> (header.cluster_bits + header.l2_bits) > header.l1_entries)
    refuse("its table of clusters is too short");
  if (header.size == 0 || header.size > uint64_t{1} << 62) refuse("its header is damaged (size of the disk)");
  if (name_at != 0) {
    if (name_size == 0 || name_size > 1023 || name_at > file.size()) refuse("the name of its backing file is damaged");
    header.backing = std::string(as_text(file.read(name_at, name_size)));
  }
  return header;
}

// A file and those it stands on, the deepest last; only that one may be something else than a QCOW.
std::vector<std::string> chain_of(const std::string& path) {
  constexpr size_t deepest = 32;
  std::vector<std::string> chain{path};
  for (;;) {
    const EvidenceFile file(chain.back());
    if (as_text(file.read(0, 4)) != std::string_view("QFI\xfb")) return chain;
    const std::string name = header_of(file).backing;
    if (name.empty()) return chain;
    const std::string parent = parent_beside(chain.back(), name);
    if (chain.size() == deepest || std::find(chain.begin(), chain.end(), parent) != chain.end()) {
      throw Error("the chain of backing files has no end", path);
    }
    chain.push_back(parent);
  }
}

class QcowSource final : public ByteSource {
 public:
  QcowSource(EvidenceFile file, const Header& header, std::unique_ptr<ByteSource> parent)
      : file_(std::move(file)), header_(header), parent_(std::move(parent)), unpacked_(cluster_size()) {
    l1_.resize(header.l1_entries);
    const auto bytes = file_.read(header.l1_offset, header.l1_entries * 8);
    Cursor cursor(bytes);
    for (uint64_t& entry : l1_) entry = cursor.u64be();
  }
  uint64_t size() const override { return header_.size; }

  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size()) return 0;
    out = out.first(std::min<uint64_t>(out.size(), size() - offset));
    const size_t delivered = out.size();
    while (!out.empty()) {
      const size_t n = std::min<uint64_t>(out.size(), cluster_size() - offset % cluster_size());
      read_cluster(offset, out.first(n), faults);
      offset += n;
      out = out.subspan(n);
    }
    return delivered;
  }

 private:
  static constexpr uint64_t offset_mask = 0x00fffffffffffe00;

  struct Table {
    uint64_t offset = 0;  // 0: none yet
    std::vector<uint64_t> entries;
  };

  uint64_t cluster_size() const { return uint64_t{1} << header_.cluster_bits; }

  // A range inside one cluster.
  void read_cluster(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) {
    std::string reason;
    const uint64_t entry = l2_entry(offset, reason);
    const uint64_t inside = offset % cluster_size();
    const bool compressed = entry & (header_.version == 1 ? uint64_t{1} << 63 : uint64_t{1} << 62);
    const uint64_t host = header_.version == 1 ? entry : entry & offset_mask;
    if (reason.empty() && compressed) {
      reason = unpack(entry);
      if (reason.empty()) std::copy_n(unpacked_.begin() + ptrdiff_t(inside), out.size(), out.begin());
    } else if (reason.empty() && header_.version >= 3 && (entry & 1)) {
      std::fill(out.begin(), out.end(), uint8_t{0});
    } else if (reason.empty() && host == 0) {
      const size_t n = parent_ ? parent_->read(offset, out, faults) : 0;
      std::fill(out.begin() + ptrdiff_t(n), out.end(), uint8_t{0});
    } else if (reason.empty()) {
      return read_patiently(offset, out, 512, faults, [&](uint64_t at, MutableBytes piece) {
        return file_.try_read(host + at % cluster_size(), piece);
      });
    }
    if (reason.empty()) return;
    std::fill(out.begin(), out.end(), uint8_t{0});
    add_fault(faults, offset, out.size(), reason);
  }

  uint64_t l2_entry(uint64_t offset, std::string& reason) {
    const uint64_t cluster = offset >> header_.cluster_bits;
    const uint64_t first = cluster >> header_.l2_bits;
    if (first >= l1_.size()) {
      reason = "the table of clusters does not reach so far";
      return 0;
    }
    const uint64_t at = header_.version == 1 ? l1_[first] : l1_[first] & offset_mask;
    if (at == 0) return 0;
    Table& table = tables_[first % tables_.size()];
    if (table.offset != at) {
      const size_t size = size_t{8} << header_.l2_bits;
      if (at > file_.size() || size > file_.size() - at) {
        reason = "a table of clusters lies behind the end of the file: it is truncated or damaged";
        return 0;
      }
      std::vector<uint8_t> bytes(size);
      reason = file_.try_read(at, bytes);
      if (!reason.empty()) return 0;
      Cursor cursor(bytes);
      table.entries.resize(size / 8);
      for (uint64_t& entry : table.entries) entry = cursor.u64be();
      table.offset = at;
    }
    return table.entries[cluster & ((uint64_t{1} << header_.l2_bits) - 1)];
  }

  // Makes unpacked_ hold the compressed cluster of this entry.
  std::string unpack(uint64_t entry) {
    if (entry == unpacked_entry_) return {};
    unpacked_entry_ = 0;
    uint64_t at = 0, size = 0;
    if (header_.version == 1) {
      const uint32_t bits = 63 - header_.cluster_bits;
      at = entry & ((uint64_t{1} << bits) - 1);
      size = entry >> bits & (cluster_size() - 1);
    } else {
      const uint32_t bits = 62 - (header_.cluster_bits - 8);
      at = entry & ((uint64_t{1} << bits) - 1);
      size = ((entry & ((uint64_t{1} << 62) - 1)) >> bits) * 512 + 512 - at % 512;
    }
    // The size counts whole sectors, the file may end within the last one.
    const auto packed = at < file_.size() ? file_.read(at, size) : std::vector<uint8_t>{};
    z_stream stream{};
    if (packed.empty() || inflateInit2(&stream, -12) != Z_OK)
      return "a compressed cluster lies behind the end of the file";
    stream.next_in = const_cast<uint8_t*>(packed.data());
    stream.avail_in = uInt(packed.size());
    stream.next_out = unpacked_.data();
    stream.avail_out = uInt(unpacked_.size());
    inflate(&stream, Z_FINISH);
    const bool whole = stream.avail_out == 0;
    inflateEnd(&stream);
    if (!whole) return "a compressed cluster is damaged";
    unpacked_entry_ = entry;
    return {};
  }

  EvidenceFile file_;
  Header header_;
  std::unique_ptr<ByteSource> parent_;
  std::vector<uint64_t> l1_;
  std::array<Table, 8> tables_;
  std::vector<uint8_t> unpacked_;
  uint64_t unpacked_entry_ = 0;
};

}  // namespace

std::vector<std::string> qcow_parts(const std::string& path) {
  return chain_of(path);
}

Image open_qcow(const Recognised& what) {
  Image image = image_of(what.format, chain_of(what.parts.front()));
  for (size_t i = image.parts.size(); i-- > 0;) {
    EvidenceFile file(image.parts[i]);
    if (as_text(file.read(0, 4)) != std::string_view("QFI\xfb")) {
      Image base = open(image.parts[i]);
      if (base.logical) throw Error("is an archive: a QCOW image cannot stand on it", image.parts[i]);
      image.bytes = std::move(base.bytes);
      image.faults = std::move(base.faults);
      continue;
    }
    const Header header = header_of(file);
    const std::string name = files::path(image.parts[i]).filename().string();
    if (header.corrupt) image.faults.push_back({0, 0, name + ": the QCOW image is marked as corrupt"});
    if (i == 0) {
      image.metadata.emplace_back("qcow_version", std::to_string(header.version));
      if (header.snapshots > 0) {
        image.metadata.emplace_back("internal_snapshots", std::to_string(header.snapshots));
        image.faults.push_back({0, 0,
                                fmt::format("{}: holds {} internal snapshots, which are not read: only its present "
                                            "state is",
                                            name, header.snapshots)});
      }
    }
    image.bytes = std::make_unique<QcowSource>(std::move(file), header, std::move(image.bytes));
  }
  return image;
}

}  // namespace weft::image
