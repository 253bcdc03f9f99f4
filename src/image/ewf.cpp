// EnCase / Expert Witness images (E01, S01), by libewf.
//
// The format (after Joachim Metz' description, libewf/documentation): each segment file starts with a signature and its
// number and holds a chain of sections; each section's descriptor of 76 bytes gives its type, the offset of the next
// one and an Adler-32 of itself. The chain of the last segment ends in a section "done", of every other one in "next".
//
// We walk these chains ourselves before libewf sees the files, because it alone can tell a whole image from one whose
// last segments are missing or cut: the names of the segments do not say how many there are, and libewf opens what it
// is given. Data sits in chunks (32 KiB mostly), each with a checksum. libewf notes chunks whose checksum fails and may
// give such a chunk out again from its cache without a word; so every read is compared with the whole list of bad
// sectors, and what lies on it is zeroed and reported each time. Chunks whose table was cut off it does not know; we
// find them ourselves (ewf_chunks.h).

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <libewf.h>
#include <optional>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/ewf_chunks.h"
#include "image/libyal.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

struct Ewf {
  using File = libewf_handle_t;
  using Problem = libewf_error_t;
  static int backtrace(Problem* problem, char* out, size_t size) {
    return libewf_error_backtrace_sprint(problem, out, size);
  }
  static void free_problem(Problem** problem) { libewf_error_free(problem); }
  static void close(File* file) {
    libewf_handle_close(file, nullptr);
    libewf_handle_free(&file, nullptr);
  }
};

constexpr size_t header_size = 13, descriptor_size = 76;

uint32_t adler32(Bytes bytes) {
  uint32_t a = 1, b = 0;
  for (uint8_t byte : bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

struct Segment {
  uint16_t number = 0;
  enum { goes_on, done, broken } end = broken;
  std::string damage;  // why it is broken
  uint64_t size = 0;
  uint64_t chunks = 0;                            // that its tables hold
  uint64_t untabled_begin = 0, untabled_end = 0;  // of a section "sectors" whose table is not there
};

Segment examine(const std::string& path) {
  const EvidenceFile file(path);
  Segment segment;
  segment.size = file.size();
  const auto header = file.read(0, header_size);
  Cursor start(header);
  start.skip(9);
  segment.number = start.u16le();
  for (uint64_t at = header_size;;) {
    const auto bytes = file.read(at, descriptor_size);
    if (bytes.size() < descriptor_size) {
      segment.damage =
          fmt::format("the segment ends at byte {} within its chain of sections: it is truncated", file.size());
      return segment;
    }
    Cursor cursor(bytes);
    std::string type(cursor.take_text(16));
    type.resize(std::strlen(type.c_str()));
    const uint64_t next = cursor.u64le();
    cursor.seek(72);
    if (cursor.u32le() != adler32(Bytes(bytes).first(72))) {
      segment.damage = fmt::format("the section at byte {} is damaged (its checksum is wrong)", at);
      return segment;
    }
    if (type == "done" || type == "next") {
      segment.end = type == "done" ? Segment::done : Segment::goes_on;
      return segment;
    }
    if (type == "sectors") {
      segment.untabled_begin = std::min(at + descriptor_size, file.size());
      segment.untabled_end = std::min(std::max(next, segment.untabled_begin), file.size());
    }
    if (next <= at) {
      segment.damage = fmt::format("the section at byte {} does not lead on: the chain of sections is damaged", at);
      return segment;
    }
    if (next > file.size()) {
      segment.damage =
          fmt::format("the section \"{}\" at byte {} reaches to byte {}, the segment ends at {}: it is truncated",
                      printable(type), at, next, file.size());
      return segment;
    }
    if (type == "table") {
      segment.chunks += Cursor(file.read(at + descriptor_size, sizeof(uint32_t))).u32le();
      segment.untabled_begin = segment.untabled_end = 0;
    }
    at = next;
  }
}

// E01 … E99, EAA … EZZ, FAA … ZZZ, in the case of the first name; empty when the names are used up.
std::string segment_suffix(char letter, uint32_t number) {
  if (number <= 99) return fmt::format("{}{:02}", letter, number);
  const char a = letter >= 'a' ? 'a' : 'A';
  const uint32_t n = number - 100, first = uint32_t(letter - a) + n / 676;
  if (first >= 26) return {};
  return {char(a + int(first)), char(a + int(n / 26 % 26)), char(a + int(n % 26))};
}

struct SegmentSet {
  std::vector<std::string> paths;
  std::vector<Fault> faults;
  uint64_t size = 0;
  uint64_t chunks = 0;  // that the tables hold
  Segment last = {};
};

// The path of another segment of the same image; empty when the given name is not of the usual form.
std::string segment_path(const files::path& path, uint32_t number) {
  const std::string suffix = path.extension().string();
  if (suffix.size() != 4 || !is_alpha(suffix[1])) return {};
  const std::string other = segment_suffix(suffix[1], number);
  return other.empty() ? "" : (path.parent_path() / path.stem()).string() + "." + other;
}

SegmentSet segments_of(const std::string& path) {
  SegmentSet set;
  std::string at = path;
  for (uint32_t number = 1;; number++) {
    const Segment segment = examine(at);
    if (segment.number != number) {
      if (number == 1 && segment.number > 1) {
        throw Error(fmt::format("is segment {} of an EnCase image: name its first segment, {}", segment.number,
                                segment_path(path, 1)),
                    path);
      }
      throw Error(fmt::format("says it is segment {} of its EnCase image, but stands at the place of segment {}",
                              segment.number, number),
                  at);
    }
    set.paths.push_back(at);
    set.size += segment.size;
    set.chunks += segment.chunks;
    set.last = segment;
    if (segment.end == Segment::broken) {
      set.faults.push_back({0, 0, files::path(at).filename().string() + ": " + segment.damage});
    }
    if (segment.end == Segment::done) return set;
    const std::string next = segment_path(path, number + 1);
    const bool there = !next.empty() && exists(next);
    if (!there && segment.end == Segment::broken) return set;
    if (!there) {
      throw Error(fmt::format("segment {} of the EnCase image is missing{}{}: all segments must lie beside each other",
                              number + 1, next.empty() ? "" : ", expected at ", next),
                  path);
    }
    at = next;
  }
}

class EwfSource final : public ByteSource {
 public:
  // untabled: the chunks that libewf does not know, if there are any.
  EwfSource(Handle<Ewf::File, Ewf::close> handle, uint64_t size, uint64_t chunk, uint64_t sector,
            std::optional<UntabledChunks> untabled)
      : handle_(std::move(handle)), size_(size), chunk_(chunk), sector_(sector), untabled_(std::move(untabled)) {}
  uint64_t size() const override { return size_; }

  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size_) return 0;
    out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
    const size_t whole = out.size();
    if (untabled_ && offset + out.size() > untabled_->offset()) {
      const uint64_t from = std::max(offset, untabled_->offset());
      const MutableBytes behind = out.subspan(from - offset);
      out = out.first(from - offset);
      read_known(offset, out, faults);
      for (size_t done = 0; done < behind.size();) {
        const size_t got = untabled_->read(from + done, behind.subspan(done));
        if (got == 0) {
          std::fill(behind.begin() + ptrdiff_t(done), behind.end(), uint8_t{0});
          add_fault(faults, from + done, behind.size() - done, not_there);
          break;
        }
        done += got;
      }
    } else {
      read_known(offset, out, faults);
    }
    return whole;
  }

 private:
  void read_known(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) {
    std::vector<Fault> found;
    read_patiently(offset, out, chunk_, found, [&](uint64_t at, MutableBytes piece) { return attempt(at, piece); });
    add_bad_chunks(offset, out, found);
    for (const Fault& fault : found) add_fault(faults, fault.offset, fault.size, fault.what);
  }

  std::string attempt(uint64_t offset, MutableBytes out) {
    while (!out.empty()) {
      libewf_error_t* problem = nullptr;
      const auto n = libewf_handle_read_random(handle_.get(), out.data(), out.size(), off64_t(offset), &problem);
      if (n < 0) {
        const std::string reason = reason_of<Ewf>(problem);
        return reason.starts_with("missing chunk data") ? not_there : reason;  // it says the number of each
      }
      if (n == 0) return "the container ends before its stated size";
      out = out.subspan(size_t(n));
      offset += uint64_t(n);
    }
    return {};
  }

  void add_bad_chunks(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) {
    uint32_t count = 0;
    libewf_handle_get_number_of_checksum_errors(handle_.get(), &count, nullptr);
    for (uint32_t i = 0; i < count; i++) {
      uint64_t sector = 0, sectors = 0;
      if (libewf_handle_get_checksum_error(handle_.get(), i, &sector, &sectors, nullptr) != 1) continue;
      const uint64_t from = std::max(offset, sector * sector_);
      const uint64_t to = std::min(offset + out.size(), (sector + sectors) * sector_);
      if (from >= to) continue;
      std::fill_n(out.begin() + ptrdiff_t(from - offset), to - from, uint8_t{0});
      const bool known = std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
        return fault.offset <= from && to <= fault.offset + fault.size;
      });
      if (!known)
        faults.push_back(
            {from, to - from, "the checksum of a chunk is wrong, or the chunk is not there: zeros stand for it"});
    }
    std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  }

  static constexpr auto not_there = "the container was cut off or damaged before these bytes";
  Handle<Ewf::File, Ewf::close> handle_;
  uint64_t size_, chunk_, sector_;
  std::optional<UntabledChunks> untabled_;
};

void add_metadata(libewf_handle_t* handle, Image& image) {
  uint32_t count = 0;
  libewf_handle_get_number_of_header_values(handle, &count, nullptr);
  for (uint32_t i = 0; i < std::min(count, 256u); i++) {
    std::array<uint8_t, 256> key{};
    std::vector<uint8_t> value(64 * KiB);
    if (libewf_handle_get_header_value_identifier(handle, i, key.data(), key.size() - 1, nullptr) != 1) continue;
    const std::string name = reinterpret_cast<const char*>(key.data());
    if (libewf_handle_get_utf8_header_value(handle, key.data(), name.size(), value.data(), value.size() - 1, nullptr) !=
        1) {
      continue;
    }
    const std::string text = printable(reinterpret_cast<const char*>(value.data()));
    if (!text.empty() && name != "password") image.metadata.emplace_back(printable(name), text);
  }
  std::array<uint8_t, 16> guid{};
  if (libewf_handle_get_segment_file_set_identifier(handle, guid.data(), guid.size(), nullptr) == 1 &&
      guid != decltype(guid){}) {
    image.metadata.emplace_back("segment_set", hex(guid));
  }
  std::array<uint8_t, 16> md5{};
  std::array<uint8_t, 20> sha1{};
  if (libewf_handle_get_md5_hash(handle, md5.data(), md5.size(), nullptr) == 1) image.stored_md5 = hex(md5);
  if (libewf_handle_get_sha1_hash(handle, sha1.data(), sha1.size(), nullptr) == 1) image.stored_sha1 = hex(sha1);
}

void add_acquisition_errors(libewf_handle_t* handle, uint64_t sector_size, uint64_t size, Image& image) {
  uint32_t count = 0;
  libewf_handle_get_number_of_acquiry_errors(handle, &count, nullptr);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t sector = 0, sectors = 0;
    if (libewf_handle_get_acquiry_error(handle, i, &sector, &sectors, nullptr) != 1) continue;
    if (sector >= size / sector_size) continue;
    const uint64_t offset = sector * sector_size;
    image.faults.push_back({offset, std::min(sectors, (size - offset) / sector_size) * sector_size,
                            "could not be read when the image was acquired"});
  }
}

}  // namespace

std::vector<std::string> ewf_parts(const std::string& path) {
  return segments_of(path).paths;
}

Image open_ewf(const Recognised& what) {
  const std::string& path = what.parts.front();
  SegmentSet set = segments_of(path);
  Image image = image_of(what.format, set.paths, std::move(set.faults));

  libewf_error_t* problem = nullptr;
  libewf_handle_t* raw = nullptr;
  if (libewf_handle_initialize(&raw, &problem) != 1) fail<Ewf>("cannot start libewf", path, problem);
  Handle<Ewf::File, Ewf::close> handle(raw);
  std::vector<char*> names;
  for (std::string& name : set.paths) names.push_back(name.data());
  if (libewf_handle_open(raw, names.data(), int(names.size()), libewf_get_access_flags_read(), &problem) != 1) {
    const std::string damage = image.faults.empty() ? "" : "; " + image.faults.front().what;
    fail<Ewf>("cannot open the EnCase image: it is damaged" + damage, path, problem);
  }
  libewf_handle_set_read_zero_chunk_on_error(raw, 1, nullptr);
  libewf_handle_set_header_values_date_format(raw, LIBEWF_DATE_FORMAT_ISO8601, nullptr);

  size64_t size = 0;
  size32_t chunk = 0;
  uint32_t sector = 0;
  if (libewf_handle_get_media_size(raw, &size, &problem) != 1 ||
      libewf_handle_get_chunk_size(raw, &chunk, &problem) != 1 ||
      libewf_handle_get_bytes_per_sector(raw, &sector, &problem) != 1) {
    fail<Ewf>("cannot open the EnCase image: its size is damaged", path, problem);
  }
  // Every chunk has an entry of four bytes in a table at least, so the files bound what they can hold.
  if (size == 0 || chunk == 0 || sector == 0 || chunk > 1 * GiB || size / chunk > set.size / 4 + 1) {
    throw Error(fmt::format("cannot open the EnCase image: it states {} bytes in chunks of {}, which its {} bytes of "
                            "segments cannot hold: it is damaged",
                            size, chunk, set.size),
                path);
  }
  add_metadata(raw, image);
  add_acquisition_errors(raw, sector, size, image);
  std::optional<UntabledChunks> untabled;
  if (set.last.untabled_begin < set.last.untabled_end && set.chunks < size / chunk + 1) {
    untabled.emplace(UntabledChunks::Where{set.paths.back(), set.last.untabled_begin, set.last.untabled_end, set.chunks,
                                           chunk, size});
  }
  image.bytes = std::make_unique<EwfSource>(std::move(handle), size, chunk, sector, std::move(untabled));
  return image;
}

}  // namespace weft::image
