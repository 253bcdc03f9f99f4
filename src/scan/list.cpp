// What runs: scanners/list.inc and decoders/list.inc as spans. Explicit lists, because self-registration has no order
// and is dropped by the linker from a static library.
#include "scan/scanner.h"

namespace weft::scan {

#define WEFT_SCANNER(name) extern const Scanner name##_scanner;
#include "scan/scanners/list.inc"
#undef WEFT_SCANNER
#define WEFT_DECODER(name) extern const Decoder name##_decoder;
#include "scan/decoders/list.inc"
#undef WEFT_DECODER

// The trailing null keeps the arrays non-empty while a list is; the spans leave it out.
std::span<const Scanner* const> scanners() {
#define WEFT_SCANNER(name) &name##_scanner,
  static constexpr const Scanner* all[] = {
#include "scan/scanners/list.inc"
      nullptr};
#undef WEFT_SCANNER
  return std::span(all).first(std::size(all) - 1);
}

std::span<const Decoder* const> decoders() {
#define WEFT_DECODER(name) &name##_decoder,
  static constexpr const Decoder* all[] = {
#include "scan/decoders/list.inc"
      nullptr};
#undef WEFT_DECODER
  return std::span(all).first(std::size(all) - 1);
}

}  // namespace weft::scan
