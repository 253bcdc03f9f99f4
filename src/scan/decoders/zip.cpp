// ZIP: PKWARE's APPNOTE 6.3. Members are read from their local headers where they lie, without the central directory,
// so members of deleted and torn archives come out too. docx, xlsx, odt, jar, apk, epub are the same thing.
//
// A stored member lies in the clear: the pass over the surrounding bytes has seen it, so it is not a layer. Nor is one
// packed with bzip2, xz or zstd: its stream has a magic of its own, by which it is found.
// The packed stream says itself where it ends, so the sizes (in the header, behind the data, or in a zip64 field; lied
// about in all three) are not needed; but for LZMA without an end mark, which goes by the size in the header. PPMd is
// read by libarchive, from the local header on.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <optional>

#include "base/cursor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/decoders/inflate.h"
#include "scan/decoders/inflate64.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// Signature, version needed below 100, sane flags; the method is judged below.
constexpr Pattern patterns[] = {{R"(PK\x03\x04[\x00-\x63].)", dotall, 0}};
constexpr size_t magic_size = 6;
constexpr uint16_t deflate = 8;  // a method

constexpr uint16_t encrypted = 1;
constexpr size_t longest_name = 4096;

struct Member {
  uint16_t flags = 0, method = 0;
  uint32_t size = 0;  // unpacked; as the header says
  std::string_view name;
  size_t header_size = 0;
};

std::optional<Member> read_header(Bytes bytes) {
  Cursor in(bytes);
  in.skip(6);
  Member member;
  member.flags = in.u16le();
  member.method = in.u16le();
  in.skip(12);  // time, date, CRC-32, packed size
  member.size = in.u32le();
  const uint16_t name_size = in.u16le(), extra_size = in.u16le();
  member.name = in.take_text(name_size);
  in.skip(extra_size);
  if (!in.ok() || name_size == 0 || name_size > longest_name) return std::nullopt;
  member.header_size = in.position();
  return member;
}

// "" for numbers that are no method.
std::string_view method_name(uint16_t method) {
  switch (method) {
    case 0:
      return "nothing";
    case 1:
      return "shrink";
    case 2:
    case 3:
    case 4:
    case 5:
      return "reduce";
    case 6:
      return "implode";
    case deflate:
      return "deflate";
    case 9:
      return "deflate64";
    case 12:
      return "bzip2";
    case 14:
      return "lzma";
    case 20:
    case 93:
      return "zstd";
    case 95:
      return "xz";
    case 98:
      return "ppmd";
    case 99:
      return "AES encryption";
    default:
      return {};
  }
}

// What is in the member is seen without its header.
bool shows_itself(uint16_t method) {
  const std::string_view name = method_name(method);
  return name == "nothing" || name == "bzip2" || name == "zstd" || name == "xz";
}

// LZMA in a zip: version, size of the properties (5), properties; flag 2: there is an end mark.
Unpacked unpack_lzma(const Member& member, Bytes bytes, size_t room) {
  constexpr size_t head = 4, properties = 5;
  Cursor in(bytes);
  in.skip(2);
  if (in.u16le() != properties || in.remaining() < properties) return {};
  const uint64_t size = member.flags & 2 ? ~uint64_t(0) : member.size;
  Unpacked unpacked = unlzma_raw(bytes.subspan(head, properties), bytes.subspan(head + properties), size, room);
  unpacked.consumed += head + properties;
  return unpacked;
}

using Archive = Handle<::archive, archive_read_free>;

// PPMd in a zip: two bytes of order and memory, then the stream, which has an end mark. entry begins at the header. Of
// a stream that breaks off, libarchive gives what it has in whole blocks of 256 KiB.
Unpacked unpack_ppmd(const Member& member, Bytes entry, size_t room) {
  Cursor in(entry.subspan(member.header_size));
  const uint16_t parameters = in.u16le();
  const uint64_t memory = ((parameters >> 4 & 0xff) + uint64_t(1)) * MiB;
  Unpacked out;
  if (!in.ok()) return out;
  if (memory > stream_memory) {
    out.end = Unpacked::End::memory;
    return out;
  }
  Archive archive(archive_read_new());
  if (!archive) throw Error("no memory to unpack with");
  archive_entry* header = nullptr;
  if (archive_read_support_format_zip_streamable(archive.get()) != ARCHIVE_OK ||
      archive_read_open_memory(archive.get(), entry.data(), entry.size()) != ARCHIVE_OK ||
      archive_read_next_header(archive.get(), &header) < ARCHIVE_WARN)
    return out;
  out = unpack_stream(entry, room, [&](Bytes, MutableBytes output) {
    const la_ssize_t got = archive_read_data(archive.get(), output.data(), output.size());
    Step step;
    step.given = size_t(std::max<la_ssize_t>(got, 0));
    step.result = got > 0 ? Step::Result::more : got == 0 ? Step::Result::ended : Step::Result::broken;
    return step;
  });
  const size_t read = std::min(size_t(std::max<la_int64_t>(archive_filter_bytes(archive.get(), -1), 0)), entry.size());
  out.consumed = read - std::min(read, member.header_size);
  if (out.end == Unpacked::End::corrupt && read == entry.size()) out.end = Unpacked::End::cut_short;
  return out;
}

// Nothing for a method that is not unpacked here. entry begins at the header.
std::optional<Unpacked> unpack_member(const Member& member, Bytes entry, size_t room) {
  const Bytes bytes = entry.subspan(member.header_size);
  switch (member.method) {
    case deflate:
      return inflate_stream(bytes, Wrap::raw, room);
    case 9:
      return inflate64(bytes, room);
    case 14:
      return unpack_lzma(member, bytes, room);
    case 98:
      return unpack_ppmd(member, entry, room);
    default:
      return std::nullopt;
  }
}

void on_hit(Bytes bytes, const Hit& hit, size_t, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  const std::optional<Member> member = read_header(bytes.subspan(begin));
  if (!member || method_name(member->method).empty()) return;
  const std::string name = printable(member->name);
  if (member->method == 99 || member->flags & encrypted)
    return out.problem(begin, fmt::format("zip member {} is encrypted", name));
  if (shows_itself(member->method)) return;
  std::optional<Unpacked> unpacked = unpack_member(*member, bytes.subspan(begin), out.room());
  if (!unpacked)
    return out.problem(begin, fmt::format("zip member {} is packed with {}, which is not unpacked", name,
                                          method_name(member->method)));
  // Blocks of nothing: many headers may lead to them.
  constexpr size_t least_ratio = 64;
  if (unpacked->bytes.size() < unpacked->consumed / least_ratio) out.in_vain(begin, unpacked->consumed);
  // To begin a model of PPMd costs as much as to unpack that.
  constexpr size_t model = 64 * KiB;
  if (member->method == 98 && unpacked->bytes.size() < model) out.in_vain(begin, model);
  if (unpacked->bytes.empty() && member->method != 98) return;
  if (member->method == deflate && may_go_on(*unpacked) &&
      out.goes_on("ZIP", begin, member->header_size + unpacked->consumed))
    return;
  if (unpacked->end != Unpacked::End::whole)
    out.problem(begin, what_ended(*unpacked, fmt::format("zip member {}", name)));
  out.layer("ZIP", begin, member->header_size + unpacked->consumed, std::move(unpacked->bytes));
}

class ZipUnpacker final : public Unpacker {
 public:
  Step step(Bytes in, MutableBytes out) override {
    size_t header = 0;
    if (!begun_) {
      const std::optional<Member> member = read_header(in);
      if (!member || member->method != deflate || member->header_size > in.size()) return {};
      header = member->header_size;
      begun_ = true;
    }
    Step step = stream_->step(in.subspan(header), out);
    step.taken += header;
    return step;
  }

 private:
  std::unique_ptr<Unpacker> stream_ = deflate_unpacker(Wrap::raw);
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> zip_unpacker() {
  return std::make_unique<ZipUnpacker>();
}

extern const Decoder zip_decoder;
const Decoder zip_decoder{"ZIP", "packed zip members, by their local headers (zip, docx, xlsx, odt, jar, apk)",
                          patterns, on_hit};

}  // namespace weft::scan
