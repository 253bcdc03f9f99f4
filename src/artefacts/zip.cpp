// PKWARE's APPNOTE 6.3. The central directory is believed for names and places only: a deflate stream says itself where
// it ends, so its sizes are not needed; a stored member's size is taken from it and bounded by what remains.
//
// The end record is looked for from the end, behind a comment of up to 64 KiB. Zip64 is not read: a document of more
// than 4 GiB is not shown to a parser whole anyway.
#include "artefacts/zip.h"

#include <algorithm>
#include <set>
#include <zlib.h>

#include "base/cursor.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view end_magic = "PK\5\6", entry_magic = "PK\1\2", local_magic = "PK\3\4";
constexpr uint16_t encrypted = 1;

struct Found {
  ZipMember member;
  bool readable = false;
};

// The local header at this offset.
Found local_header(Bytes zip, uint64_t offset) {
  Found out;
  if (offset >= zip.size()) return out;
  Cursor in(zip.subspan(offset));
  if (in.take_text(4) != local_magic) return out;
  in.skip(2);
  uint16_t flags = in.u16le(), method = in.u16le();
  in.skip(16);
  uint16_t name_size = in.u16le(), extra_size = in.u16le();
  out.member.name = in.take_text(name_size);
  in.skip(extra_size);
  out.member.header = offset, out.member.data = offset + in.position(), out.member.deflated = method == 8;
  out.readable = in.ok() && !(flags & encrypted) && (method == 0 || method == 8);
  return out;
}

std::vector<ZipMember> listed(Bytes zip, size_t most) {
  std::vector<ZipMember> out;
  size_t end = as_text(zip).rfind(end_magic);
  if (end == std::string_view::npos || zip.size() - end > 22 + 65535) return out;
  Cursor record(zip.subspan(end));
  record.skip(16);
  uint32_t directory = record.u32le();
  if (!record.ok() || directory > end) return out;
  Cursor in(zip.subspan(directory, end - directory));
  std::set<uint32_t> seen;  // many entries may lead to one member
  while (in.remaining() >= 46 && out.size() < most && in.take_text(4) == entry_magic) {
    in.skip(24);
    uint16_t name = in.u16le(), extra = in.u16le(), comment = in.u16le();
    in.skip(8);
    uint32_t header = in.u32le();
    in.skip(size_t(name) + extra + comment);
    if (!in.ok()) break;
    if (!seen.insert(header).second) continue;
    if (Found found = local_header(zip, header); found.readable) out.push_back(std::move(found.member));
  }
  return out;
}

}  // namespace

At ZipMember::at(uint64_t offset) const {
  if (!deflated) return {data + offset};
  return {header, "-ZIP-" + std::to_string(offset)};
}

std::vector<ZipMember> zip_members(Bytes zip, size_t most) {
  std::vector<ZipMember> out = listed(zip, most);
  if (!out.empty()) return out;
  std::string_view text = as_text(zip);
  for (size_t at = text.find(local_magic); at != std::string_view::npos && out.size() < most;
       at = text.find(local_magic, at + 4))
    if (Found found = local_header(zip, at); found.readable) out.push_back(std::move(found.member));
  return out;
}

std::string inflated(Bytes from, bool zlib, size_t most, uint64_t* read) {
  z_stream stream{};
  if (inflateInit2(&stream, zlib ? MAX_WBITS : -MAX_WBITS) != Z_OK) return {};
  from = from.first(std::min<size_t>(from.size(), UINT32_MAX));
  stream.next_in = const_cast<uint8_t*>(from.data()), stream.avail_in = uInt(from.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() < most) {
    size_t had = out.size(), more = std::min<size_t>(64 * KiB, most - had);
    out.resize(had + more);
    stream.next_out = reinterpret_cast<uint8_t*>(out.data() + had), stream.avail_out = uInt(more);
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(had + more - stream.avail_out);
    if (stream.avail_out == more) break;  // no progress: the data ends early
  }
  if (read) *read += from.size() - stream.avail_in;
  inflateEnd(&stream);
  return out;
}

std::string zip_content(Bytes zip, const ZipMember& member, size_t most, uint64_t* read) {
  if (member.data >= zip.size()) return {};
  Bytes from = zip.subspan(member.data);
  if (!member.deflated) {
    Cursor header(zip.subspan(member.header));
    header.skip(18);
    return std::string(as_text(from.first(std::min({from.size(), most, size_t(header.u32le())}))));
  }
  return inflated(from, false, most, read);
}

}  // namespace weft::artefacts
