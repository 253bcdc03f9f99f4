// TCP: what was said over the network, out of a capture file. A message is many packets, each with heads in front, some
// sent twice or in another order: a value at a seam is cut, and what is packed breaks off after the first packet. In
// the layer each direction of each connection is in one piece, one behind the other in the order in which they begin,
// each with a line end behind it, and one in place of what was not captured. What was sent again, and is something
// else, is read where it lies.
//
//   pcap     0xa1b2c3d4 (or with nanoseconds 0xa1b23c4d, either byte order), version 2.4, 12 bytes, link type 4; then
//            packets: time 8, bytes kept 4, bytes there were 4, packet
//   pcapng   blocks: type 4, size 4, content, size 4. Section header 0x0a0d0d0a with the byte order 0x1a2b3c4d;
//            interface 1 (link type 2); packet 6 (interface 4, time 8, kept 4, size 4, packet), 3 (size 4, packet), and
//            the older 2 (interface 2, drops 2, time 8, kept 4, size 4, packet)
//
// (The IETF's drafts draft-ietf-opsawg-pcap and -pcapng, tcpdump.org's list of link types, RFC 791, RFC 8200, RFC
// 9293.) Fragments of IP packets are not put together. Captures in which no direction has two packets of data give no
// layer: their packets are read as they lie.
//
// False positives: the file's head and the first packet's must agree; what follows is read as long as packets do.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/cursor.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { pcap, pcapng };
constexpr Pattern patterns[] = {
    {R"((\xd4\xc3\xb2\xa1|\x4d\x3c\xb2\xa1)\x02\x00\x04\x00|\xa1(\xb2\xc3\xd4|\xb2\x3c\x4d)\x00\x02\x00\x04)", dotall,
     pcap},
    {R"(\x0a\x0d\x0d\x0a....(\x4d\x3c\x2b\x1a|\x1a\x2b\x3c\x4d))", dotall, pcapng},
};
constexpr size_t pcap_magic_size = 8, pcapng_magic_size = 12, pcap_head_size = 24;
constexpr uint32_t longest_packet =
    0x40000;  // as tcpdump has it; packets of a capture of USB may be longer, and hold no TCP
enum : uint16_t { ethernet_ipv4 = 0x0800, ethernet_ipv6 = 0x86dd, pppoe = 0x8864 };
bool is_vlan(uint32_t type) {
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

struct Stretch {
  size_t begin, end;
};

// The content of a packet's TCP segment.
struct Segment {
  std::string ends;  // addresses and ports, from and to
  uint32_t number = 0;
  bool begins = false;  // SYN
  Stretch data{};
};

// Reads one packet from its outside in. All members of Cursor type stand at what comes next.
class Packet {
 public:
  Packet(Bytes capture, Stretch packet) : capture_(capture), end_(packet.end), at_(packet.begin) {}

  std::optional<Segment> segment(uint32_t link) {
    switch (link) {
      case 0:  // BSD loopback
      case 108:
        return skip(4) ? ip() : std::nullopt;
      case 1:
        return skip(12) ? by_type(number(2)) : std::nullopt;
      case 12:
      case 14:
      case 101:
      case 228:
      case 229:
        return ip();
      case 113:  // Linux cooked
        return skip(14) ? by_type(number(2)) : std::nullopt;
      case 276: {
        const uint32_t type = number(2);
        return skip(18) ? by_type(type) : std::nullopt;
      }
      case 127: {  // radiotap, in front of 802.11
        if (!skip(2)) return std::nullopt;
        const uint32_t low = number(1), high = number(1), size = low | high << 8;
        return size >= 4 && skip(size - 4) ? wireless() : std::nullopt;
      }
      case 105:
        return wireless();
      default:
        return std::nullopt;
    }
  }

 private:
  bool skip(size_t size) { return size <= end_ - at_ ? (at_ += size, true) : (at_ = end_, false); }
  // Zero behind the end, which is no type and no header's length.
  uint32_t number(size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | (at_ < end_ ? capture_[at_++] : 0);
    return value;
  }
  std::string_view text(size_t size) {
    const size_t begin = at_;
    return skip(size) ? as_text(capture_.subspan(begin, size)) : std::string_view();
  }

  std::optional<Segment> by_type(uint32_t type) {
    for (int tags = 0; tags < 3 && is_vlan(type); ++tags) {
      skip(2);
      type = number(2);
    }
    if (type == pppoe) {
      skip(6);
      const uint32_t protocol = number(2);
      type = protocol == 0x21 ? ethernet_ipv4 : protocol == 0x57 ? ethernet_ipv6 : 0;
    }
    return type == ethernet_ipv4 || type == ethernet_ipv6 ? ip() : std::nullopt;
  }

  // A frame of data that is not enciphered, with LLC and SNAP.
  std::optional<Segment> wireless() {
    const uint32_t kind = number(1), flags = number(1);
    constexpr uint32_t data_mask = 0x0c, data = 0x08, of_quality = 0x80, without_data = 0x40, enciphered = 0x40;
    if ((kind & data_mask) != data || (kind & without_data) || (flags & enciphered)) return std::nullopt;
    const size_t fourth_address = (flags & 3) == 3 ? 6 : 0, quality = kind & of_quality ? 2 : 0;
    if (!skip(22 + fourth_address + quality) || number(3) != 0xaaaa03 || !skip(3)) return std::nullopt;
    return by_type(number(2));
  }

  std::optional<Segment> ip() {
    const size_t begin = at_;
    const uint32_t first = number(1);
    constexpr uint32_t tcp_protocol = 6;
    Segment out;
    if (first >> 4 == 4) {
      const size_t head = size_t(first & 15) * 4;
      skip(1);
      const size_t length = number(2);
      skip(2);
      const uint32_t fragment = number(2) & 0x3fff;
      skip(1);
      const uint32_t protocol = number(1);
      skip(2);
      out.ends = text(8);
      // 0: the card was to cut it into packets.
      if (length != 0) end_ = std::min(end_, begin + length);
      if (head < 20 || protocol != tcp_protocol || fragment != 0 || begin + head > end_) return std::nullopt;
      at_ = begin + head;
      return tcp(std::move(out));
    }
    if (first >> 4 != 6) return std::nullopt;
    skip(3);
    const size_t length = number(2);
    uint32_t next = number(1);
    skip(1);
    out.ends = text(32);
    if (length != 0) end_ = std::min(end_, begin + 40 + length);
    if (at_ > end_) return std::nullopt;
    // Options of a hop, routing, options of the destination.
    for (int heads = 0; heads < 8 && (next == 0 || next == 43 || next == 60); ++heads) {
      next = number(1);
      const size_t size = number(1);
      skip(6 + 8 * size);
    }
    return next == tcp_protocol ? tcp(std::move(out)) : std::nullopt;
  }

  std::optional<Segment> tcp(Segment out) {
    const size_t begin = at_;
    out.ends += text(4);
    out.number = number(4);
    skip(4);
    const size_t head = size_t(number(1) >> 4) * 4;
    const uint32_t flags = number(1);
    constexpr uint32_t syn = 2;
    if (out.ends.size() < 12 || head < 20 || head > end_ - begin) return std::nullopt;
    out.begins = flags & syn;
    if (out.begins) ++out.number;  // it counts for a byte
    out.data = {begin + head, end_};
    return out;
  }

  const Bytes capture_;
  size_t end_, at_;
};

// Connections, one direction each, and the segments of all of them: a hostile capture is nothing but packets of new
// ones.
class Streams {
 public:
  explicit Streams(Bytes capture) : capture_(capture) {}

  void add(Stretch packet, uint32_t link) {
    const std::optional<Segment> segment = Packet(capture_, packet).segment(link);
    if (!segment) return;
    auto [known, is_new] = newest_.try_emplace(segment->ends, directions_.size());
    // Begun anew between the same ports, unless it is the same begin sent twice.
    if (!is_new && segment->begins && directions_[known->second].first != segment->number) {
      known->second = directions_.size();
      is_new = true;
    }
    if (is_new) directions_.push_back({segment->number, segment->number, 0, 0});
    Direction& direction = directions_[known->second];
    direction.at += int32_t(segment->number - direction.last);
    direction.last = segment->number;
    if (segment->data.begin == segment->data.end) return;
    ++direction.segments;
    segments_.push_back({known->second, direction.at, segment->data});
  }

  // said(begin, end): of each stretch of the capture that went into the text.
  template <class Said>
  std::string text(size_t room, Said said) {
    std::erase_if(segments_, [this](const Sent& one) { return directions_[one.direction].segments < 2; });
    std::stable_sort(segments_.begin(), segments_.end(), [](const Sent& a, const Sent& b) {
      return std::tie(a.direction, a.at) < std::tie(b.direction, b.at);
    });
    std::string out;
    const Sent* before = nullptr;
    int64_t next = 0;
    for (const Sent& one : segments_) {
      const bool begins = !before || before->direction != one.direction;
      if (begins) next = one.at;
      const int64_t size = int64_t(one.data.end - one.data.begin), sent_before = std::max<int64_t>(0, next - one.at);
      if (out.size() + size_t(size) + 2 > room) break;
      if (before && (begins || one.at > next)) out += '\n';
      before = &one;
      const std::string_view data = as_text(capture_.subspan(one.data.begin, size_t(size)));
      const std::string_view again = data.substr(0, size_t(sent_before));
      if (out.compare(out.size() - size_t(sent_before), again.size(), again) == 0) said(one.data.begin, one.data.end);
      if (sent_before >= size) continue;
      out += data.substr(size_t(sent_before));
      next = one.at + size;
    }
    return out;
  }

 private:
  struct Direction {
    uint32_t first, last;  // numbers: it begins with, of the last segment
    int64_t at;            // of the last segment, from first on
    uint32_t segments;     // with data
  };
  struct Sent {
    size_t direction;
    int64_t at;
    Stretch data;
  };

  const Bytes capture_;
  std::map<std::string, size_t> newest_;  // in directions_, by ends
  std::vector<Direction> directions_;
  std::vector<Sent> segments_;
};

// Walks a capture's packets; where it ended, and whether in the middle of one.
struct Walked {
  size_t end = 0, packets = 0;
  bool cut = false;
};

Walked walk_pcap(Bytes capture, Streams& streams) {
  const bool big = capture[0] == 0xa1;
  Cursor in(capture);
  const auto u32 = [&] { return big ? in.u32be() : in.u32le(); };
  in.skip(20);
  const uint32_t link = u32() & 0xffff;
  Walked out{in.position(), 0, false};
  while (in.remaining() > 0) {
    in.skip(8);
    const uint32_t kept = u32(), size = u32();
    if (!in.ok()) return out.cut = out.packets > 0, out;
    if (kept > size || size > longest_packet || size == 0) break;  // something else
    if (kept > in.remaining()) return out.cut = out.packets > 0, out;
    const size_t begin = in.position();
    streams.add({begin, begin + kept}, link);
    in.skip(kept);
    out.end = in.position(), ++out.packets;
  }
  return out;
}

Walked walk_pcapng(Bytes capture, Streams& streams) {
  constexpr uint32_t section = 0x0a0d0d0a, order = 0x1a2b3c4d;
  enum : uint32_t { interface_block = 1, old_packet = 2, simple_packet = 3, packet = 6 };
  bool big = false;
  std::vector<uint32_t> links;
  Cursor in(capture);
  const auto u32 = [&] { return big ? in.u32be() : in.u32le(); };
  const auto u16 = [&] { return big ? in.u16be() : in.u16le(); };
  Walked out;
  while (in.remaining() > 0) {
    const size_t begin = in.position();
    const uint32_t type = u32();
    if (type == section) {
      if (begin > 0) break;  // a capture of its own
      Cursor ahead(capture.subspan(begin));
      ahead.skip(8);
      big = ahead.u32be() == order;
    }
    const uint32_t size = u32();
    if (!in.ok()) return out.cut = out.packets > 0, out;
    if (size < 12 || size % 4 != 0 || size > 2 * longest_packet) break;
    if (size - 8 > in.remaining()) return out.cut = out.packets > 0, out;
    uint32_t link = 0;
    switch (type) {
      case interface_block:
        links.push_back(u16());
        break;
      case packet:
      case old_packet: {
        const uint32_t which = type == packet ? u32() : u16();
        if (type == old_packet) in.skip(2);
        in.skip(8);
        const uint32_t kept = u32();
        in.skip(4);
        link = which < links.size() ? links[which] : ~uint32_t(0);
        if (in.ok() && size >= 32 && kept <= size - 32) streams.add({in.position(), in.position() + kept}, link);
        ++out.packets;
        break;
      }
      case simple_packet: {
        const uint32_t length = u32();
        if (in.ok() && size >= 16 && !links.empty())
          streams.add({in.position(), in.position() + std::min(length, size - 16)}, links[0]);
        ++out.packets;
        break;
      }
      default:
        break;
    }
    in.seek(begin + size);
    out.end = in.position();
  }
  return out;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - (hit.pattern == pcap ? pcap_magic_size : pcapng_magic_size);
  const Bytes capture = bytes.subspan(begin);
  if (capture.size() < pcap_head_size) return;
  Streams streams(capture);
  const Walked walked = hit.pattern == pcap ? walk_pcap(capture, streams) : walk_pcapng(capture, streams);
  std::vector<Stretch> said;
  const std::string text = streams.text(out.room(), [&](size_t a, size_t b) {
    said.push_back({begin + a, begin + b});
  });
  // One that lies in another is read like it.
  if (text.empty() || begin < from) out.in_vain(begin, 4 * walked.end);
  if (!text.empty() && out.layer("TCP", begin, walked.end, {text.begin(), text.end()}))
    for (const Stretch& one : said) out.says_all(one.begin, one.end);
  if (walked.cut) out.problem(begin, "the capture is cut short, or goes on behind what is seen of it");
}

}  // namespace

extern const Decoder capture_streams_decoder;
const Decoder capture_streams_decoder{"TCP", "connections out of captures of a network (pcap, pcapng)", patterns,
                                      on_hit};

}  // namespace weft::scan
