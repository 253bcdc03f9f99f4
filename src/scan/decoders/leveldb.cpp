// LEVELDB: sorted tables of LevelDB, in which Chromium and all that is built on it (messengers on the desktop, too)
// keep what web pages store. Blocks are packed with Snappy, and a key is written without what it shares with the one
// before; in the layer each key and each value has a line, or as many as it holds.
//
//   table   blocks, metaindex block, index block, footer (leveldb, doc/table_format.md)
//   footer  handles of metaindex and index, zeros up to 40 bytes, magic number 8
//   handle  place 8 and size 8, as varints
//   block   entries, places of restarts 4 each, how many 4; behind it how it is packed 1, checksum 4
//   entry   bytes shared with the key before, bytes of the rest, bytes of the value (varints), rest, value
//
// The footer says where the table begins, so one is found wherever it lies in one piece and the end of no page between.
//
// False positives: a magic number of 8 bytes, and the metaindex must end where the index begins.
#include <optional>
#include <string>
#include <vector>

#include "base/cursor.h"
#include "base/text.h"
#include "scan/decoders/streams.h"
#include "scan/decoders/varint.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\x57\xfb\x80\x8b\x24\x75\x47\xdb)", dotall}};
constexpr size_t footer_size = 48, trailer_size = 5, key_trailer = 8;  // of a key: its number and what was done to it
enum : uint8_t { not_packed, by_snappy };

struct Handle {
  uint64_t place = 0, size = 0;
  uint64_t end() const { return place + size + trailer_size; }
};

std::optional<Handle> handle(Cursor& in) {
  const auto place = varint(in), size = varint(in);
  constexpr uint64_t most = uint64_t(1) << 40;
  if (!place || !size || *place > most || *size > most) return std::nullopt;
  return Handle{*place, *size};
}

// The entries of a block of the table; nothing when it is damaged.
// unpacked: what that costs is added.
std::optional<std::vector<uint8_t>> block(Bytes table, const Handle& at, size_t room, size_t& unpacked) {
  if (at.end() > table.size()) return std::nullopt;
  const Bytes stored = table.subspan(at.place, at.size);
  const uint8_t how = table[at.place + at.size];
  if (how == not_packed && stored.size() <= room) return std::vector<uint8_t>(stored.begin(), stored.end());
  if (how != by_snappy) return std::nullopt;
  Unpacked entries = unsnappy(stored, room);
  unpacked += entries.bytes.size();
  if (entries.end != Unpacked::End::whole) return std::nullopt;
  return std::move(entries.bytes);
}

// each(key, value) of a block; false when it is none.
template <class Each>
bool each_entry(Bytes block, Each each) {
  if (block.size() < 4) return false;
  Cursor tail(block.last(4));
  const uint64_t restarts = 4 * (uint64_t(tail.u32le()) + 1);
  if (restarts > block.size()) return false;
  Cursor in(block.first(block.size() - restarts));
  std::string key;
  while (in.remaining() > 0) {
    const auto shared = varint(in), rest = varint(in), value = varint(in);
    if (!shared || !rest || !value || *shared > key.size() || *rest > in.remaining() || *value > in.remaining() - *rest)
      return false;
    key.resize(*shared);
    key += as_text(in.take(*rest));
    each(key, as_text(in.take(*value)));
  }
  return true;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end < footer_size) return;
  Cursor footer(bytes.subspan(hit.end - footer_size, footer_size));
  const auto metaindex = handle(footer), index = handle(footer);
  if (!metaindex || !index || metaindex->end() != index->place || index->end() + footer_size > hit.end) return;
  const size_t begin = hit.end - footer_size - index->end();
  // A table in a value of another lies in front of that one's footer, and is read before it.
  if (begin < from) out.in_vain(begin, hit.end - begin);
  const Bytes table = bytes.subspan(begin, index->end());

  std::string text;
  uint64_t behind = 0;  // blocks lie one behind the other
  size_t unpacked = 0, damaged = 0;
  std::vector<Handle> read;  // blocks
  const size_t room = out.room();
  const auto add_block = [&](std::string_view, std::string_view value) {
    Cursor in(as_bytes(value));
    const auto at = handle(in);
    if (!at || at->place < behind || at->end() > metaindex->place) return void(++damaged);
    behind = at->end();
    const auto entries = block(table, *at, room - std::min(room, text.size()), unpacked);
    if (!entries) return void(++damaged);
    const bool whole = each_entry(*entries, [&](const std::string& key, std::string_view held) {
      if (text.size() > room) return;
      // The trailer: what was done to the key, in the lowest byte of eight. Others who use the format have none.
      const bool has_trailer = key.size() >= key_trailer && uint8_t(key[key.size() - key_trailer]) <= 1;
      text.append(key, 0, key.size() - (has_trailer ? key_trailer : 0));
      (text += '\n').append(held) += '\n';
    });
    damaged += !whole;
    if (whole) read.push_back(*at);
  };
  const auto of_index = block(table, *index, room, unpacked);
  if (!of_index || !each_entry(*of_index, add_block)) ++damaged;
  if (text.empty()) return out.in_vain(begin, table.size() + unpacked);
  if (text.size() > room) text.resize(room);
  const bool more = out.layer("LEVELDB", begin, hit.end - begin, {text.begin(), text.end()});
  if (damaged > 0)
    out.problem(begin,
                "a table of LevelDB has blocks that are damaged, larger than the limit or packed in an unknown way");
  if (more)
    for (const Handle& one : read) out.says_all(begin + one.place, begin + one.place + one.size);
}

}  // namespace

extern const Decoder leveldb_decoder;
const Decoder leveldb_decoder{"LEVELDB", "tables of LevelDB, as Chromium keeps what web pages store", patterns, on_hit};

}  // namespace weft::scan
