#include "scan/scanners/validate/asked_host.h"

#include "base/cursor.h"
#include "scan/scanners/validate/host.h"

namespace weft::scan {
namespace {

std::optional<AskedHost> whole_host(std::string_view name, size_t begin, size_t end) {
  std::optional<Host> host = host_at(name, 0);
  if (!host || host->end != name.size() || host->value.ends_with(".arpa")) return std::nullopt;
  return AskedHost{begin, end, std::move(host->value)};
}

}  // namespace

std::optional<AskedHost> host_of_dns(Bytes payload) {
  constexpr size_t longest_name = 253, longest_label = 63;
  Cursor in(payload);
  in.skip(2);
  const uint16_t flags = in.u16be(), questions = in.u16be();
  in.skip(6);
  constexpr uint16_t operation = 0x7800, reserved = 0x0040;
  if (!in.ok() || questions != 1 || (flags & (operation | reserved)) != 0) return std::nullopt;
  const size_t begin = in.position();
  std::string name;
  for (uint8_t size; (size = in.u8()) != 0;) {
    if (size > longest_label || name.size() + size > longest_name) return std::nullopt;
    if (!name.empty()) name += '.';
    name += in.take_text(size);
    if (!in.ok()) return std::nullopt;
  }
  const size_t end = in.position();
  in.skip(2);  // what is asked of it
  constexpr uint16_t internet = 1, unicast_wanted = 0x8000;
  if ((in.u16be() & ~unicast_wanted) != internet || !in.ok()) return std::nullopt;
  return whole_host(name, begin, end);
}

std::optional<AskedHost> host_of_tls(Bytes payload) {
  constexpr uint8_t handshake = 22, client_hello = 1, host_name = 0;
  constexpr uint16_t server_name = 0;
  Cursor in(payload);
  if (in.u8() != handshake || in.u8() != 3) return std::nullopt;
  in.skip(3);
  if (in.u8() != client_hello) return std::nullopt;
  in.skip(3 + 2 + 32);  // length, version, random
  in.skip(in.u8());     // session
  in.skip(in.u16be());  // ciphers
  in.skip(in.u8());     // compressions
  in.skip(2);
  while (in.ok() && in.remaining() > 4) {
    const uint16_t type = in.u16be(), size = in.u16be();
    if (type != server_name) {
      in.skip(size);
      continue;
    }
    in.skip(2);
    if (in.u8() != host_name) return std::nullopt;
    const uint16_t length = in.u16be();
    const size_t begin = in.position();
    const std::string_view name = in.take_text(length);
    if (!in.ok() || length + 5u > size) return std::nullopt;
    return whole_host(name, begin, begin + length);
  }
  return std::nullopt;
}

}  // namespace weft::scan
