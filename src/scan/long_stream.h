// A compressed stream of any length, unpacked as it is read from its source: what is too long for a page of the scan,
// packed or unpacked, is read window by window (extract/contents.cpp), and its addresses lead into it (address.cpp).
// One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_source.h"
#include "model/limits.h"
#include "scan/decoders/unpacked.h"

namespace weft::scan {

class LongStream {
 public:
  // Whether streams of that layer ("GZIP") can be read on.
  static bool is_one(std::string_view layer);

  // The stream of that layer that begins there. source outlives it.
  LongStream(ByteSource& source, uint64_t begin, std::string_view layer, const Limits& limits);

  // The next bytes, as many as out takes; fewer at the end only. Throws Error as the source does.
  size_t read(MutableBytes out);
  // Passes over so many, or to the end.
  void skip(uint64_t count);
  uint64_t unpacked() const { return unpacked_; }  // bytes read or passed over
  uint64_t packed() const { return packed_; }      // bytes of the source they came from

  // After the end: "" when the stream ended as it should, else what went wrong, or which limit was reached. A stream
  // may unpack to 512 MiB, and beyond that to 128 times its size.
  const std::string& problem() const { return problem_; }
  // What the source could not deliver on the way: read as zeros.
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  void end(std::string_view what);

  ByteSource& source_;
  std::unique_ptr<Unpacker> unpacker_;  // null after the end
  std::string layer_;
  uint64_t free_, unpacked_ = 0, packed_ = 0, next_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0;  // in the buffer
  std::string problem_;
  std::vector<Fault> faults_;
};

}  // namespace weft::scan
