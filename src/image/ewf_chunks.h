// Chunks of an EnCase image that no table leads to: where a segment was cut, those of its last section "sectors" come
// before the table that would say where each begins. They follow each other, and tell themselves where they end: a
// zlib stream ends by itself and has a checksum; a stored chunk is as long as all are, and its Adler-32 follows it
// (libewf/documentation, "Chunk data"). What fits neither ends the search: nothing behind it can be told apart.
// Internal to this module; one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/evidence_file.h"

namespace weft::image {

class UntabledChunks {
 public:
  struct Where {
    std::string path;       // of the segment
    uint64_t begin, end;    // of the chunks' bytes in it
    uint64_t first;         // number of the first chunk
    uint64_t chunk, media;  // bytes of a chunk, and of the image
  };
  explicit UntabledChunks(Where where) : where_(std::move(where)), file_(where_.path), begins_{where_.begin} {}

  // Where the first of them lies on the image.
  uint64_t offset() const { return where_.first * where_.chunk; }
  // Fills out with bytes of the chunk that holds the offset, at most to its end; how many, or 0: it is not there.
  size_t read(uint64_t offset, MutableBytes out);

 private:
  // Reads the chunk that begins there to chunk_; how many bytes of the file it takes, 0: none begins there.
  uint64_t unpack(uint64_t begin, size_t size);

  Where where_;
  EvidenceFile file_;
  std::vector<uint64_t> begins_;  // of the chunks found so far, and of the one behind them
  bool ended_ = false;            // the last of them is not there
  std::vector<uint8_t> chunk_;
  std::optional<uint64_t> number_;  // of chunk_
};

}  // namespace weft::image
