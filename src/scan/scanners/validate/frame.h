// The frame of a network that an IP packet lies in, judged by what stands in front of the packet: whose hardware
// addresses are these bytes?
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weft::scan {

// How far in front of the packet is looked.
inline constexpr size_t longest_front = 104;

struct HardwareAddress {
  size_t begin;  // in text; six bytes
  bool is_access_point;
};

// Those of the frame around the packet text[packet, packet + size); none where it is not known what the bytes in front
// are. type: the packet's Ethernet type, 0x0800 or 0x86DD.
std::vector<HardwareAddress> addresses_of_frame(std::string_view text, size_t packet, size_t size, unsigned type);

}  // namespace weft::scan
