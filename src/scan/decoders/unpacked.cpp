#include "scan/decoders/unpacked.h"

#include <fmt/format.h>

namespace weft::scan {

std::string what_ended(const Unpacked& unpacked, std::string_view stream) {
  const std::string after = fmt::format("after {} unpacked bytes", unpacked.bytes.size());
  switch (unpacked.end) {
    case Unpacked::End::whole:
      return {};
    case Unpacked::End::cut_short:
      return fmt::format("{} is cut short {}", stream, after);
    case Unpacked::End::corrupt:
      return fmt::format("{} is damaged {}", stream, after);
    case Unpacked::End::full:
      return fmt::format("{} unpacks to more than the limit: left off {}", stream, after);
    case Unpacked::End::memory:
      return fmt::format("{} asks for more memory than the limit: left off {}", stream, after);
  }
  return {};
}

}  // namespace weft::scan
