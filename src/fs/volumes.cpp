// Which volumes an image has.
//
// An MBR says little about itself: boot sectors of FAT and NTFS end in 55AA too, and an ISO image may carry a partition
// table for booting from a stick. So both readings are tried: the partition table, and a file system at offset 0. A
// file system whose boot sector lies where the table would be wins when the table leads nowhere (no partition holds
// anything known). Otherwise both are rows: a partitioned disk may keep an older file system's superblock in front, and
// a hybrid ISO is two things at once.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"
#include "fs/file_system.h"
#include "fs/partition_tables.h"
#include "fs/signatures.h"
#include "fs/volume_access.h"

namespace weft::fs {
namespace {

constexpr std::array<std::pair<TSK_VS_TYPE_ENUM, std::string_view>, 5> schemes{{
    {TSK_VS_TYPE_GPT, "gpt"},  // before mbr: a GPT disk carries a protective MBR
    {TSK_VS_TYPE_DOS, "mbr"},
    {TSK_VS_TYPE_MAC, "apm"},
    {TSK_VS_TYPE_SUN, "sun"},
    {TSK_VS_TYPE_BSD, "bsd"},
}};

std::string scheme_name(TSK_VS_TYPE_ENUM type) {
  for (auto& [id, name] : schemes)
    if (id == type) return std::string(name);
  return "none";
}

// The image as if it went on with zeros. TSK takes a table for none when its first partitions begin behind the end.
class GoingOn final : public ByteSource {
 public:
  explicit GoingOn(ByteSource& source) : source_(source) {}
  uint64_t size() const override { return source_.size() + (uint64_t(1) << 52); }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    const size_t got = offset < source_.size() ? source_.read(offset, out, faults) : 0;
    std::fill(out.begin() + ptrdiff_t(got), out.end(), uint8_t(0));
    return out.size();
  }

 private:
  ByteSource& source_;
};

class Finder {
 public:
  Finder(ByteSource& source, std::vector<ProblemRow>& problems)
      : image_(source), going_on_(source), longer_image_(going_on_), problems_(problems) {}

  std::vector<VolumeRow> find() {
    std::vector<VolumeRow> rows = partitions();
    bool any = false;
    for (VolumeRow& row : rows) {
      if (row.allocated) look_into(row);
      any |= !row.file_system.empty();
    }
    bool starts_at_zero = std::any_of(rows.begin(), rows.end(), [](const VolumeRow& row) {
      return row.allocated && row.offset == 0 && !row.file_system.empty();
    });
    if (rows.empty()) {
      rows.push_back(whole_image());
      look_into(rows.back());
    } else if (!starts_at_zero) {
      VolumeRow front = whole_image();
      bool several = false;
      std::string why_not;
      if (detect(image_, 0, several, why_not)) {
        look_into(front);
        if (!any && has_boot_sector(front))
          rows.clear();
        else
          front.description = "file system at the start of a partitioned image";
        rows.push_back(std::move(front));
      }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const VolumeRow& a, const VolumeRow& b) { return a.offset < b.offset; });
    std::vector<VolumeRow> out;
    for (VolumeRow& row : rows) {
      std::vector<VolumeRow> inner = apfs_volumes(row);
      out.push_back(std::move(row));
      for (VolumeRow& volume : inner) out.push_back(std::move(volume));
    }
    for (size_t i = 0; i < out.size(); ++i) out[i].volume = i + 1;
    return out;
  }

 private:
  void problem(uint64_t offset, std::string what) {
    ProblemRow row;
    row.stage = "volume";
    row.offset = offset;
    row.what_happened = std::move(what);
    problems_.push_back(std::move(row));
  }

  static bool has_boot_sector(const VolumeRow& row) {
    return row.file_system == "ntfs" || row.file_system == "exfat" || row.file_system.substr(0, 3) == "fat";
  }

  VolumeRow whole_image() const {
    VolumeRow row;
    row.size = image_.source.size();
    row.scheme = "none";
    row.description = "whole image";
    return row;
  }

  TskVs open_table(uint64_t offset, TSK_VS_TYPE_ENUM type) { return open_table(image_, offset, type); }
  static TskVs open_table(TskImage& image, uint64_t offset, TSK_VS_TYPE_ENUM type) {
    TskVs vs(tsk_vs_open(&image, offset, type));
    tsk_error_reset();
    return vs;
  }

  // The table of an image that was cut short. Any boot sector may be one whose partitions lie anywhere: it must lead to
  // a file system that is there, or be a GPT.
  TskVs table_of_cut_image() {
    if (has_gpt_header()) return open_table(longer_image_, 0, TSK_VS_TYPE_GPT);
    TskVs vs = open_table(longer_image_, 0, TSK_VS_TYPE_DOS);
    for (const TSK_VS_PART_INFO* part = vs ? vs.get()->part_list : nullptr; part; part = part->next) {
      const uint64_t offset = part->start * vs.get()->block_size;
      if ((part->flags & TSK_VS_PART_FLAG_ALLOC) == 0 || offset == 0 || offset >= image_.source.size()) continue;
      bool several = false;
      std::string why_not;
      if (detect(image_, offset, several, why_not)) return vs;
    }
    return TskVs();
  }

  std::vector<VolumeRow> partitions() {
    TskVs vs = open_table(0, TSK_VS_TYPE_DETECT);
    if (!vs && has_gpt_header())  // TSK refuses to choose where several tables are there
      vs = open_table(0, TSK_VS_TYPE_GPT);
    if (!vs) vs = table_of_cut_image();
    if (!vs) return {};
    // TSK takes the protective MBR for the truth where only the backup GPT at the end of the disk is left.
    if (is_protective(*vs.get())) {
      if (TskVs backup = open_table(0, TSK_VS_TYPE_GPT))
        vs = std::move(backup);
      else if (TskVs first = has_gpt_header() ? table_of_cut_image() : TskVs())
        vs = std::move(first);
    }
    if (vs.get()->vstype == TSK_VS_TYPE_GPT) vs = sound_gpt(std::move(vs));
    std::vector<VolumeRow> rows = rows_of(*vs.get(), 0, image_.source.size());
    if (vs.get()->vstype == TSK_VS_TYPE_DOS)
      for (TableFault& fault : check_logical_partitions(image_.source, vs.get()->block_size))
        problem(fault.offset, std::move(fault.what));
    std::vector<VolumeRow> nested;
    for (const VolumeRow& row : rows) {
      if (row.scheme != "mbr" || row.description.find("BSD") == std::string::npos) continue;
      TskVs label = open_table(row.offset, TSK_VS_TYPE_BSD);
      if (!label) continue;
      for (VolumeRow& slice : rows_of(*label.get(), row.offset, row.offset + row.size))
        if (slice.allocated) nested.push_back(std::move(slice));
    }
    rows.insert(rows.end(), nested.begin(), nested.end());
    return rows;
  }

  // TSK checks no checksums: where those of the first table are wrong and those of the backup right, the backup's.
  TskVs sound_gpt(TskVs vs) {
    const uint32_t sector_size = vs.get()->block_size;
    const GptCopy first = check_gpt(image_.source, 1, sector_size);
    if (first.entries) return vs;
    const char* wrong = first.header ? "the checksum of its entries is wrong" : "no header with a right checksum";
    const uint64_t last = image_.source.size() / sector_size - 1;
    for (uint64_t sector : {first.header ? first.alternate : last, last}) {
      if (!check_gpt(image_.source, sector, sector_size).entries) continue;
      backup_.emplace(image_.source, sector, sector_size);
      backup_image_.emplace(*backup_);
      TskVs backup = open_table(*backup_image_, 0, TSK_VS_TYPE_GPT);
      if (!backup) continue;
      problem(sector_size,
              fmt::format("The first GPT is damaged or was altered ({}); partitions are those of the backup "
                          "table, whose checksums are right",
                          wrong));
      return backup;
    }
    problem(sector_size,
            fmt::format("The first GPT is damaged or was altered ({}), and no backup with right checksums is "
                        "there; partitions are those of the {} table as it stands, and may be wrong",
                        wrong, vs.get()->is_backup ? "backup" : "first"));
    return vs;
  }

  static bool is_protective(const TSK_VS_INFO& vs) {
    if (vs.vstype != TSK_VS_TYPE_DOS) return false;
    for (const TSK_VS_PART_INFO* part = vs.part_list; part; part = part->next)
      if (std::string_view(part->desc ? part->desc : "").find("GPT Safety") != std::string_view::npos) return true;
    return false;
  }

  bool has_gpt_header() {
    std::array<uint8_t, 8> magic{};
    std::vector<Fault> faults;
    image_.source.read(512, magic, faults);
    return as_text(magic) == "EFI PART";
  }

  // The partitions that begin in [begin, end). Rows for the table itself are left out: they overlap what they describe.
  std::vector<VolumeRow> rows_of(const TSK_VS_INFO& vs, uint64_t begin, uint64_t end) {
    std::vector<VolumeRow> rows;
    for (const TSK_VS_PART_INFO* part = vs.part_list; part; part = part->next) {
      if (part->flags & TSK_VS_PART_FLAG_META) continue;
      std::string description = printable(part->desc ? part->desc : "");
      bool allocated = (part->flags & TSK_VS_PART_FLAG_ALLOC) != 0;
      if (vs.vstype == TSK_VS_TYPE_BSD && description.find("Unused") != std::string::npos) continue;
      uint64_t most = uint64_t(1) << 52, size = image_.source.size();
      if (part->start >= most || part->len >= most || part->len == 0) {
        problem(begin,
                fmt::format("Partition with impossible place: start {}, length {} sectors", part->start, part->len));
        continue;
      }
      VolumeRow row;
      row.offset = part->start * vs.block_size;
      row.size = part->len * vs.block_size;
      if (allocated && begin == 0 && row.offset >= end)
        problem(end, fmt::format("Partition \"{}\" begins {} beyond the end of the image: nothing of its {} is there",
                                 description, human_size(row.offset - end), human_size(row.size)));
      if (row.offset < begin || row.offset >= end) continue;
      row.scheme = scheme_name(vs.vstype);
      if (allocated && part->slot_num >= 0) row.slot = uint64_t(part->slot_num);
      row.description = allocated ? description : "unpartitioned";
      row.allocated = allocated;
      if (allocated && row.offset + row.size > size)
        problem(row.offset, fmt::format("Partition \"{}\" goes {} beyond the end of the image", description,
                                        human_size(row.offset + row.size - size)));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  // What is on the volume: TSK's word where it can read it, else the magic's.
  void look_into(VolumeRow& row) {
    std::string why_not;
    std::optional<Recognised> found = recognise(image_.source, row.offset, row.size);
    if (found && !found->readable_by_tsk) return name_unreadable(row, *found);
    if (is_apfs_container(row.offset)) {
      row.file_system = "apfs container";
      return;
    }
    bool several = false;
    TskFs fs = detect(image_, row.offset, several, why_not);
    row.file_system = fs ? file_system_name(fs.get()->ftype) : "";
    if (row.file_system.empty()) {
      if (found) return name_unreadable(row, *found);
      if (why_not.find("ncrypt") != std::string::npos) problem(row.offset, "No known file system; " + why_not);
      return;
    }
    if (found) problem(row.offset, fmt::format("Also {}, which is not read", found->what));
    if (several) problem(row.offset, fmt::format("More than one file system is here; read as {}", row.file_system));
    row.block_size = fs.get()->block_size;
    if (const uint64_t behind = row.offset + (fs.get()->last_block + 1) * row.block_size, end = image_.source.size();
        row.offset + row.size <= end && fs.get()->last_block_act < fs.get()->last_block && behind > end)
      problem(row.offset, fmt::format("The file system goes {} beyond the end of the image", human_size(behind - end)));
    Opened opened;
    opened.start = uint64_t(fs.get()->offset);
    opened.fs = std::move(fs);
    identify(opened, image_.source, row);
  }

  void name_unreadable(VolumeRow& row, const Recognised& found) {
    row.file_system = found.name;
    row.label = found.label;
    row.serial = found.serial;
    problem(row.offset, found.what + " is not read yet: its files are not listed, its bytes are scanned as they lie");
  }

  bool is_apfs_container(uint64_t offset) {
    std::array<uint8_t, 4> magic{};
    std::vector<Fault> faults;
    image_.source.read(offset + 32, magic, faults);
    return as_text(magic) == "NXSB";
  }

  // Each volume of an APFS container follows it. They share its space, so they share its offset and size.
  std::vector<VolumeRow> apfs_volumes(VolumeRow& container) {
    std::vector<VolumeRow> rows;
    if (container.file_system != "apfs container") return rows;
    std::string why_not;
    TskPool pool = open_pool(image_, container.offset, why_not);
    if (!pool) {
      problem(container.offset, "APFS container cannot be opened: " + why_not);
      return rows;
    }
    container.block_size = pool.get()->block_size;
    for (const TSK_POOL_VOLUME_INFO* it = pool.get()->vol_list; it && rows.size() < 100; it = it->next) {
      VolumeRow row;
      row.offset = container.offset;
      row.size = container.size;
      row.scheme = "apfs";
      row.slot = uint64_t(it->index);
      row.description = "volume in an APFS container";
      row.block_size = pool.get()->block_size;
      row.file_system = "apfs";
      row.label = printable(it->desc ? it->desc : "");
      row.serial = apfs_uuid(container.offset + it->block * pool.get()->block_size);
      if (it->flags & TSK_POOL_VOLUME_FLAG_ENCRYPTED) {
        row.file_system = "apfs encrypted";
        problem(container.offset, fmt::format("APFS volume \"{}\" is encrypted: its files are not listed", row.label));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  std::string apfs_uuid(uint64_t superblock) {
    std::array<uint8_t, 256> bytes{};
    std::vector<Fault> faults;
    image_.source.read(superblock, bytes, faults);
    Cursor cursor(bytes);
    cursor.seek(32);
    if (cursor.take_text(4) != "APSB") return {};
    cursor.seek(240);
    return hex(cursor.take(16));
  }

  TskImage image_;
  GoingOn going_on_;
  TskImage longer_image_;
  std::optional<BackupGptOnly> backup_;
  std::optional<TskImage> backup_image_;
  std::vector<ProblemRow>& problems_;
};

}  // namespace

std::vector<VolumeRow> find_volumes(ByteSource& image, const Limits&, std::vector<ProblemRow>& problems) {
  use_utc();
  return Finder(image, problems).find();
}

bool is_readable(const VolumeRow& volume) {
  return volume.allocated && file_system_type(volume.file_system) != TSK_FS_TYPE_UNSUPP;
}

}  // namespace weft::fs
