// Read backwards, from the packet's Ethernet type to the addresses:
//
//   Ethernet         to 6, from 6, type 2 (IEEE 802.3)
//   tags             0x8100, 0x88a8 or 0x9100 and 2, in place of the type and in front of it (IEEE 802.1Q)
//   PPPoE            0x8864, 6, 0x0021 or 0x0057 (RFC 2516)
//   SNAP             aa aa 03 00 00 00 in front of the type; in front of that to 6, from 6, size 2 (IEEE 802.3, and
//                    within a frame of 802.11 that holds several), or a head of 802.11: 0x08 or 0x88 (with 2 for the
//                    quality), flags, 2, three addresses, 2, a fourth address when between two access points
//   Linux cooked     kind 2 (0 to 4), hardware 2, size of the address 2, address 8, type 2 (LINKTYPE_LINUX_SLL)
//   the second one   type 2, 0 2, interface 4, hardware 2, kind 1, size of the address 1, address 8
//   (LINKTYPE_LINUX_SLL2)
//
// A capture says its link type in its head only, which may be pages away. But in front of each frame it has two sizes,
// how much of it was kept and how much there was (pcap, pcapng): they say where the frame begins, and so which of the
// readings it cannot be. In memory they do not stand there, and the bytes must say it themselves.
#include "scan/scanners/validate/frame.h"

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace weft::scan {
namespace {

constexpr size_t address_size = 6, least_ip_head = 20;

class Front {
 public:
  Front(std::string_view text, size_t packet, size_t size, unsigned type)
      : text_(as_bytes(text)), packet_(packet), size_(size), type_(type), begins_(begins_of_frame()) {}

  std::vector<HardwareAddress> addresses() const {
    if (number(2, 2) == type_) {
      // From the outermost type on: what looks like a tag may be a part of an address.
      std::vector<size_t> types = {2};
      while (types.size() < 4 && is_tag(number(types.back() + 4, 2))) types.push_back(types.back() + 4);
      for (; !types.empty(); types.pop_back())
        if (auto out = by_type(types.back()); !out.empty() || begins_.empty()) return out;
      return {};
    }
    constexpr size_t session_head = 8;  // of PPPoE, with PPP's protocol
    if (number(session_head + 2, 2) == 0x8864 && number(session_head, 2) == 0x1100 &&
        number(2, 2) == (type_ == 0x0800 ? 0x21 : 0x57))
      return by_type(session_head + 2);
    constexpr size_t second = 20;
    if (number(second, 4) == uint64_t(type_) << 16 && number(10, 1) <= 4 && number(9, 1) == address_size &&
        fits(second))
      return found({{8, false}});
    return {};
  }

 private:
  // All places count backwards from the packet. What is not there is no number of any size.
  uint64_t number(size_t back, size_t size) const {
    if (back > packet_ || back > longest_front) return ~uint64_t(0);
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | text_[packet_ - back + i];
    return value;
  }
  static bool is_tag(uint64_t type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }

  // Linux's numbers: Ethernet, IEEE 802, InfiniBand, PPP, tunnels and loopback to wireless ones, none.
  static bool is_hardware(uint64_t type) {
    return type == 1 || type == 6 || type == 32 || type == 512 || (type >= 768 && type <= 803) || type == 0xfffe;
  }

  // Where the frame may begin by the sizes that a capture writes in front of it. The order of their bytes is not known,
  // and with zeros around them they read in the other one too, three bytes farther.
  std::vector<size_t> begins_of_frame() const {
    constexpr size_t most_behind = 64;  // padding and checksum
    const auto turned = [](uint64_t value) { return uint64_t(__builtin_bswap32(uint32_t(value))); };
    std::vector<size_t> out;
    for (size_t front = 0; front + 8 <= std::min(longest_front, packet_); ++front) {
      const auto is_it = [&](uint64_t kept, uint64_t there_was) {
        return kept <= there_was && kept >= front + least_ip_head && there_was >= front + size_ &&
               there_was <= front + size_ + most_behind;
      };
      const uint64_t kept = number(front + 8, 4), there_was = number(front + 4, 4);
      if (is_it(kept, there_was) || is_it(turned(kept), turned(there_was))) out.push_back(front);
    }
    return out;
  }
  // Whether a frame may begin there: where the capture says, or behind the heads of another packet that carries it.
  bool fits(size_t front) const {
    const auto agrees = [&](size_t one) { return one == front || one >= front + least_ip_head; };
    return front <= packet_ && (begins_.empty() || std::any_of(begins_.begin(), begins_.end(), agrees));
  }

  // No group, and not empty.
  bool is_sender(size_t back) const { return !(number(back, 1) & 1) && number(back, address_size) != 0; }

  struct Place {
    size_t back;
    bool is_access_point;
  };
  std::vector<HardwareAddress> found(const std::vector<Place>& places) const {
    std::vector<HardwareAddress> out;
    for (const Place& one : places) out.push_back({packet_ - one.back, one.is_access_point});
    return out;
  }

  // The outermost type stands at `back`.
  std::vector<HardwareAddress> by_type(size_t back) const {
    if (number(back + 6, 6) == 0xaaaa03000000) return behind_snap(back + 6);
    const size_t cooked = back + 14;
    // Behind a tunnel, a modem and the like the address has another size.
    if (fits(cooked) && number(cooked, 2) <= 4 && is_hardware(number(cooked - 2, 2)) && number(cooked - 4, 2) <= 8)
      return number(cooked - 4, 2) == address_size ? found({{cooked - 6, false}}) : std::vector<HardwareAddress>();
    const size_t ethernet = back + 12;
    if (!fits(ethernet) || !is_sender(ethernet - 6) || is_tunnel(back)) return {};
    return found({{ethernet, false}, {ethernet - 6, false}});
  }

  // GRE (RFC 2784): a packet within a packet, nothing but its flags and the type between them.
  bool is_tunnel(size_t back) const {
    constexpr uint64_t gre = 47;
    const size_t v4 = back + 2 + 20, v6 = back + 2 + 40;
    return number(back + 2, 2) == 0 && ((number(v4, 1) == 0x45 && number(v4 - 9, 1) == gre) ||
                                        (number(v6, 1) >> 4 == 6 && number(v6 - 6, 1) == gre));
  }

  std::vector<HardwareAddress> behind_snap(size_t snap) const {
    const size_t ethernet = snap + 14;
    if (number(snap + 2, 2) == snap + size_ && fits(ethernet) && is_sender(ethernet - 6))
      return found({{ethernet, false}, {ethernet - 6, false}});
    // A frame of data, whole and not enciphered.
    constexpr uint64_t data = 0x08, data_of_quality = 0x88, to_and_from = 3, other = 0xC4;
    for (const bool of_quality : {false, true})
      for (const bool between_two : {false, true}) {
        const size_t head = snap + 24 + (of_quality ? 2 : 0) + (between_two ? address_size : 0);
        const uint64_t flags = number(head - 1, 1);
        if (number(head, 1) != (of_quality ? data_of_quality : data) || flags & other ||
            ((flags & to_and_from) == to_and_from) != between_two || !is_sender(head - 10))
          continue;
        if (between_two) return found({{head - 4, true}, {head - 10, true}, {head - 16, false}, {head - 24, false}});
        const uint64_t way = flags & to_and_from;  // 1: to the access point, 2: from it
        return found({{head - 4, way == 1}, {head - 10, way == 2}, {head - 16, way == 0}});
      }
    return {};
  }

  const Bytes text_;
  const size_t packet_, size_;
  const unsigned type_;
  const std::vector<size_t> begins_;
};

}  // namespace

std::vector<HardwareAddress> addresses_of_frame(std::string_view text, size_t packet, size_t size, unsigned type) {
  return Front(text, packet, size, type).addresses();
}

}  // namespace weft::scan
