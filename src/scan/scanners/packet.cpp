// Packets of the network in raw bytes: memory, swap, capture files. Kind flow: "tcp 192.0.2.1:443 >
// 198.51.100.7:50123"; kinds mac and bssid for the ends and the access point of the frame they lie in, when what stands
// in front says what it is (validate/frame.h); kind domain for the host that is asked for (validate/asked_host.h); kind
// capture where a pcap or pcapng file begins. RFC 791, RFC 768, RFC 9293, RFC 8200; the pcap and pcapng drafts of the
// IETF (opsawg).
//
// False positives: a packet counts only when every checksum it has is right and everything else makes sense. IPv4
// without options, TCP, UDP or ICMP, not a fragment, header checksum right (16 bits), addresses a host can have, time
// to live not 0, and the length of UDP and the offset of TCP agree with the packet's. IPv6 has no checksum of its own,
// so that of TCP or UDP over the whole packet must be right, and an Ethernet type must stand in front. Computed by
// hardware, a sent packet's TCP checksum is often not in memory: IPv4 does without it.
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/cursor.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/asked_host.h"
#include "scan/scanners/validate/frame.h"
#include "scan/scanners/validate/ip.h"

namespace weft::scan {
namespace {

enum : uint32_t { ipv4_packet, ipv6_packet, pcap, pcapng };
constexpr size_t longest_packet = 9216;

unsigned u16(Bytes bytes, size_t at) {
  return unsigned(bytes[at]) << 8 | bytes[at + 1];
}

uint32_t summed(Bytes bytes, uint32_t sum = 0) {
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += u16(bytes, i);
  if (bytes.size() % 2) sum += unsigned(bytes.back()) << 8;
  return sum;
}
bool is_all_ones(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum == 0xFFFF;
}

// Ports and protocol, when the start of the segment agrees with its length.
struct Segment {
  std::string_view protocol;
  unsigned source = 0, destination = 0;
};
std::optional<Segment> segment(unsigned protocol, Bytes bytes, size_t length) {
  if (protocol == 1) return length >= 8 && bytes.size() >= 8 ? std::optional(Segment{"icmp"}) : std::nullopt;
  const size_t header = protocol == 6 ? 20 : 8;
  if (length < header || bytes.size() < header) return std::nullopt;
  Segment out{protocol == 6 ? "tcp" : "udp", u16(bytes, 0), u16(bytes, 2)};
  if (out.source == 0 || out.destination == 0) return std::nullopt;
  if (protocol == 17) return u16(bytes, 4) == length ? std::optional(out) : std::nullopt;
  const size_t offset = size_t(bytes[12] >> 4) * 4;
  const unsigned flags = bytes[13] & 0x3F;
  const bool sound = offset >= 20 && offset <= length && (bytes[12] & 0x0F) == 0 && flags != 0 && (flags & 3) != 3;
  return sound ? std::optional(out) : std::nullopt;
}

bool is_host(Bytes address, bool source) {
  const unsigned first = address[0];
  return first != 0 && first < (source ? 224u : 240u) && !(first == 255);
}

std::string dotted(Bytes a) {
  return fmt::format("{}.{}.{}.{}", a[0], a[1], a[2], a[3]);
}
std::string grouped(Bytes a) {
  std::array<uint16_t, 8> groups{};
  for (size_t i = 0; i < 8; ++i) groups[i] = uint16_t(u16(a, 2 * i));
  return to_text(groups);
}

// The hardware addresses of the frame, group addresses and empty ones left out.
void on_frame(std::string_view text, size_t packet, size_t size, unsigned type, Sink& sink) {
  for (const HardwareAddress& one : addresses_of_frame(text, packet, size, type)) {
    const Bytes address = as_bytes(text.substr(one.begin, 6));
    bool same = true;
    for (uint8_t byte : address) same = same && byte == address[0];
    if (same || (address[0] & 1) || (address[0] == 0 && address[1] == 0 && address[2] == 0)) continue;
    sink.feature(one.is_access_point ? "bssid" : "mac",
                 fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", address[0], address[1], address[2],
                             address[3], address[4], address[5]),
                 one.begin, one.begin + 6);
  }
}

// The host that is asked for in text[begin, end), where a segment begins.
void on_payload(std::string_view text, size_t begin, size_t end, const Segment& ends, Sink& sink) {
  constexpr unsigned dns = 53;
  const Bytes segment = as_bytes(text.substr(begin, end - begin));
  const bool is_tcp = ends.protocol == "tcp";
  if (!is_tcp && ends.source != dns && ends.destination != dns) return;
  const size_t header = is_tcp ? size_t(segment[12] >> 4) * 4 : 8;
  if (ends.protocol == "icmp" || header >= segment.size()) return;
  const Bytes payload = segment.subspan(header);
  if (const std::optional<AskedHost> host = is_tcp ? host_of_tls(payload) : host_of_dns(payload))
    sink.feature("domain", host->value, begin + header + host->begin, begin + header + host->end);
}

void on_ipv4(std::string_view text, size_t begin, Sink& sink) {
  const Bytes packet = as_bytes(text.substr(begin, 64));
  if (packet.size() < 28 || !is_all_ones(summed(packet.first(20)))) return;
  const size_t length = u16(packet, 2);
  if (length < 28 || length > longest_packet || packet[8] == 0) return;
  const Bytes source = packet.subspan(12, 4), destination = packet.subspan(16, 4);
  if (!is_host(source, true) || !is_host(destination, false)) return;
  const auto ends = segment(packet[9], packet.subspan(20), length - 20);
  if (!ends) return;
  std::string value = ends->source == 0 ? fmt::format("{} {} > {}", ends->protocol, dotted(source), dotted(destination))
                                        : fmt::format("{} {}:{} > {}:{}", ends->protocol, dotted(source), ends->source,
                                                      dotted(destination), ends->destination);
  sink.feature("flow", std::move(value), begin, begin + 28);
  on_payload(text, begin + 20, begin + length, *ends, sink);
  on_frame(text, begin, length, 0x0800, sink);
}

void on_ipv6(std::string_view text, size_t begin, Sink& sink) {
  const Bytes packet = as_bytes(text.substr(begin, 40 + 1500));
  if (packet.size() < 48) return;
  const size_t length = u16(packet, 4);
  const unsigned protocol = packet[6];
  if (length < 8 || length + 40 > packet.size() || (protocol != 6 && protocol != 17) || packet[7] == 0) return;
  const auto ends = segment(protocol, packet.subspan(40), length);
  if (!ends) return;
  const uint32_t pseudo = summed(packet.subspan(8, 32)) + unsigned(length) + protocol;
  if (!is_all_ones(summed(packet.subspan(40, length), pseudo))) return;
  sink.feature("flow",
               fmt::format("{} [{}]:{} > [{}]:{}", ends->protocol, grouped(packet.subspan(8, 16)), ends->source,
                           grouped(packet.subspan(24, 16)), ends->destination),
               begin, begin + 48);
  on_payload(text, begin + 40, begin + 40 + length, *ends, sink);
  on_frame(text, begin, 40 + length, 0x86DD, sink);
}

// A file's header, when the first packet's makes sense: lengths in bounds, what was kept not longer than what there
// was.
void on_pcap(std::string_view text, size_t begin, Sink& sink) {
  const bool big = uint8_t(text[begin]) == 0xA1;
  Cursor in(as_bytes(text.substr(begin, 40)));
  auto u32 = [&] { return big ? in.u32be() : in.u32le(); };
  in.skip(16);
  const uint32_t snap = u32(), link = u32() & 0xFFFF;
  in.skip(8);
  const uint32_t kept = u32(), size = u32();
  if (!in.ok() || snap == 0 || snap > 0x1000000 || link > 300 || kept == 0 || kept > size || kept > snap ||
      size > 0x100000)
    return;
  sink.feature("capture", fmt::format("pcap, link type {}", link), begin, begin + 24);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  switch (hit.pattern) {
    case ipv4_packet:
      if (hit.end - 10 >= from) on_ipv4(text, hit.end - 10, sink);
      break;
    case ipv6_packet:
      on_ipv6(text, hit.end - 1, sink);
      break;
    case pcap:
      on_pcap(text, hit.end - 8, sink);
      break;
    default:
      sink.feature("capture", "pcapng", hit.end - 12, hit.end);
      break;
  }
}

constexpr std::array<std::string_view, 5> kinds{"flow", "mac", "bssid", "capture", "domain"};
// Version 4, five words, the class of service that nearly all packets have (a choice of others costs the whole pass 6 %
// on random bytes); whole packets, of ICMP, TCP or UDP.
constexpr std::array patterns{
    Pattern{R"(\x45\x00[\x00-\x23]...[\x00\x40]\x00.[\x01\x06\x11])", dotall, ipv4_packet},
    Pattern{R"(\x86\xdd\x60)", dotall, ipv6_packet},
    Pattern{R"(\x86\xdd\x00\x00.{16}\x60)", dotall, ipv6_packet},  // Linux's second cooked head
    Pattern{R"(\xd4\xc3\xb2\xa1\x02\x00\x04\x00|\x4d\x3c\xb2\xa1\x02\x00\x04\x00)", dotall, pcap},
    Pattern{R"(\xa1\xb2\xc3\xd4\x00\x02\x00\x04|\xa1\xb2\x3c\x4d\x00\x02\x00\x04)", dotall, pcap},
    Pattern{R"(\x0a\x0d\x0d\x0a...\x00\x4d\x3c\x2b\x1a)", dotall, pcapng},
};

// What is found is shown in scanners_test.cpp: packets are no text, which base64 is opened for.
constexpr std::array examples{
    Example{std::string_view("\x45\x00\x00\x20\x12\x34\x40\x00\x40\x11\xa5\x3e\xc0\xa8\x01\x0a\xc0\xa8\x01\x01\xd0\x03"
                             "\x00\x35\x00\x0c\x00\x00mail",
                             32),
            "flow", ""},
    Example{std::string_view("\xd4\xc3\xb2\xa1\x02\x00\x04\x00 no capture file at all, no, no", 39), "capture", ""},
};

}  // namespace

extern const Scanner packet_scanner;
const Scanner packet_scanner{
    "packet",
    "flow, mac, bssid, capture, domain: packets of the network, the hosts they ask for, and where capture files begin",
    kinds,
    patterns,
    on_hit,
    examples,
    128,
    2 * KiB};

}  // namespace weft::scan
