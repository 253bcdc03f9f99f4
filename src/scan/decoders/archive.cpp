// 7Z, RAR, CAB: archives whose members are packed together, read by libarchive from memory. They cannot be read member
// by member from anywhere, so the archive is taken from its first byte on; a 7z has its table at the end and must lie
// whole in the text, of a RAR or CAB comes out what lies in front of the cut.
//
// One archive is one layer: its members one after the other, each behind its name, with zero bytes between. (A layer
// has one place where it begins; members packed together have none of their own.)
//
// What libarchive is given has passed the header's own checksum or, for CAB, has sizes that fit each other.
#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <zlib.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

using Archive = Handle<::archive, archive_read_free>;

constexpr size_t piece = 64 * KiB;
constexpr size_t most_problems = 20;  // of one archive
constexpr size_t most_members = 100'000;

Archive open_archive(Bytes bytes, int (*support)(::archive*)) {
  Archive archive(archive_read_new());
  if (!archive) throw Error("no memory to unpack with");
  if (support(archive.get()) != ARCHIVE_OK ||
      archive_read_open_memory(archive.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return {};
  return archive;
}

// The words of libarchive, which may quote the archive.
std::string reason(::archive* archive) {
  const char* text = archive_error_string(archive);
  return printable(text ? text : "no reason given");
}

class Reading {
 public:
  Reading(std::string_view name, size_t begin, Decoded& out) : name_(name), begin_(begin), out_(out) {}

  // All members; everything that goes wrong is told.
  std::vector<uint8_t> members(::archive* archive) {
    for (size_t member = 0; member < most_members; ++member) {
      archive_entry* entry = nullptr;
      const int result = archive_read_next_header(archive, &entry);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) {
        tell(archive_read_has_encrypted_entries(archive) == 1
                 ? fmt::format("{} archive is encrypted", name_)
                 : fmt::format("{} archive is not read on after {} members: {}", name_, member, reason(archive)));
        break;
      }
      const char* path = archive_entry_pathname_utf8(entry);
      if (!path) path = archive_entry_pathname(entry);
      const std::string member_name = path ? path : "";
      if (!add(as_bytes(member_name)) || !add(zero)) break;
      if (archive_entry_is_data_encrypted(entry) == 1) {
        tell(fmt::format("{} member {} is encrypted", name_, printable(member_name)));
        continue;
      }
      if (!content(archive, member_name) || !add(zero)) break;
    }
    if (std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t byte) { return byte == 0; })) bytes_.clear();
    if (untold_ > 0) out_.problem(begin_, fmt::format("{} further problems of this {} archive", untold_, name_));
    return std::move(bytes_);
  }

 private:
  static constexpr std::array<uint8_t, 1> zero{};

  // False when nothing more can come.
  bool content(::archive* archive, const std::string& member) {
    for (;;) {
      const size_t before = bytes_.size();
      bytes_.resize(before + std::min(piece, out_.room() - std::min(out_.room(), before)));
      if (bytes_.size() == before) return told_full(), false;
      const la_ssize_t got = archive_read_data(archive, bytes_.data() + before, bytes_.size() - before);
      bytes_.resize(before + size_t(std::max<la_ssize_t>(got, 0)));
      if (got == 0) return true;
      if (got < 0) {
        tell(fmt::format("{} member {} is not read to its end: {}", name_, printable(member), reason(archive)));
        return got != ARCHIVE_FATAL;
      }
    }
  }
  bool add(Bytes more) {
    if (bytes_.size() + more.size() > out_.room()) return told_full(), false;
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    return true;
  }
  void told_full() { tell(fmt::format("{} archive unpacks to more than the limit: left off", name_)); }
  void tell(std::string what) {
    if (++told_ <= most_problems)
      out_.problem(begin_, std::move(what));
    else
      ++untold_;
  }

  std::string_view name_;
  size_t begin_;
  Decoded& out_;
  std::vector<uint8_t> bytes_;
  size_t told_ = 0, untold_ = 0;
};

void unpack(std::string_view name, Bytes bytes, size_t begin, std::optional<size_t> size, int (*support)(::archive*),
            Decoded& out) {
  const Bytes archive_bytes = bytes.subspan(begin, size.value_or(bytes.size() - begin));
  const Archive archive = open_archive(archive_bytes, support);
  if (!archive) return;
  std::vector<uint8_t> members = Reading(name, begin, out).members(archive.get());
  // Where an archive that does not say its size ends is known by how far it was read. Nothing in what was read is
  // looked at again, also when nothing came out of it: a page full of marks would be read from each of them on.
  const auto read = static_cast<size_t>(std::max<la_int64_t>(archive_filter_bytes(archive.get(), -1), 1));
  out.layer(name, begin, std::min(size.value_or(read), archive_bytes.size()), std::move(members));
}

// --- 7z: 7zFormat.txt of the 7-Zip source ----------------------------------------------------------------------------

constexpr Pattern sevenzip_patterns[] = {{R"(7z\xbc\xaf\x27\x1c\x00)", dotall, 0}};

void on_sevenzip(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  constexpr size_t magic_size = 7, head_size = 32;
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin));
  in.skip(magic_size + 1);
  const uint32_t crc = in.u32le();
  const Bytes start = in.take(20);
  if (!in.ok() || crc32(0, start.data(), unsigned(start.size())) != crc) return;
  Cursor table(start);
  const uint64_t offset = table.u64le(), size = table.u64le();
  if (size == 0) return;  // no members
  const uint64_t left = bytes.size() - begin - head_size;
  if (offset > left || size > left - offset)
    return out.problem(begin, "7z archive is cut short before its table: not unpacked");
  unpack("7Z", bytes, begin, size_t(head_size + offset + size), archive_read_support_format_7zip, out);
}

// --- RAR: technote.txt of unrar, versions 4 and 5 --------------------------------------------------------------------

enum : uint32_t { rar4, rar5 };
constexpr Pattern rar_patterns[] = {{R"(Rar!\x1a\x07\x00)", dotall, rar4}, {R"(Rar!\x1a\x07\x01\x00)", dotall, rar5}};

// The header behind the mark: CRC, then what is covered by it.
bool is_rar4_header(Bytes bytes, bool& encrypted) {
  Cursor in(bytes);
  const uint16_t crc = in.u16le();
  const uint8_t type = in.u8();
  const uint16_t flags = in.u16le(), size = in.u16le();
  if (!in.ok() || type != 0x73 || size < 13 || size > bytes.size()) return false;
  encrypted = (flags & 0x80) != 0;
  return (crc32(0, bytes.data() + 2, size - 2u) & 0xffff) == crc;
}

bool is_rar5_header(Bytes bytes, bool& encrypted) {
  constexpr uint32_t longest = KiB;
  Cursor in(bytes);
  const uint32_t crc = in.u32le();
  const uint32_t size = in.u8();  // of a variable length: seven bits suffice for these two headers
  const uint8_t type = in.u8();
  if (!in.ok() || size > 127 || size > longest || in.remaining() + 1 < size || (type != 1 && type != 4)) return false;
  encrypted = type == 4;
  return crc32(0, bytes.data() + 4, 1 + size) == crc;
}

void on_rar(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - (hit.pattern == rar4 ? 7 : 8);
  if (begin < from) return;
  bool encrypted = false;
  const Bytes header = bytes.subspan(hit.end);
  if (!(hit.pattern == rar4 ? is_rar4_header(header, encrypted) : is_rar5_header(header, encrypted))) return;
  if (encrypted) return out.problem(begin, "RAR archive is encrypted");
  unpack("RAR", bytes, begin, std::nullopt,
         hit.pattern == rar4 ? archive_read_support_format_rar : archive_read_support_format_rar5, out);
}

// --- CAB: [MS-CAB] ---------------------------------------------------------------------------------------------------

constexpr Pattern cab_patterns[] = {{R"(MSCF\x00\x00\x00\x00)", dotall, 0}};

void on_cab(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  constexpr size_t magic_size = 8;
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin));
  in.skip(magic_size);
  const uint32_t size = in.u32le();
  in.skip(4);
  const uint32_t files_at = in.u32le();
  in.skip(4);
  const uint16_t version = in.u16le(), folders = in.u16le(), files = in.u16le();
  if (!in.ok() || version != 0x0103 || folders == 0 || files == 0 || files_at < 36 || files_at >= size) return;
  unpack("CAB", bytes, begin, std::min<size_t>(size, bytes.size() - begin), archive_read_support_format_cab, out);
}

}  // namespace

extern const Decoder sevenzip_decoder, rar_decoder, cab_decoder;
const Decoder sevenzip_decoder{"7Z", "members of 7z archives that lie whole in their text", sevenzip_patterns,
                               on_sevenzip};
const Decoder rar_decoder{"RAR", "members of RAR archives, versions 4 and 5", rar_patterns, on_rar};
const Decoder cab_decoder{"CAB", "members of Windows' cabinet files", cab_patterns, on_cab};

}  // namespace weft::scan
