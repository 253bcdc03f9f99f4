// Every bound that keeps hostile input from costing more than it should, in one place. The manifest records them.
#pragma once

#include "base/bytes.h"

namespace weft {

struct Limits {
  uint64_t memory = 2 * GiB;           // whole worker process
  uint64_t page = 16 * MiB;            // bytes of the image that one scan call answers for
  uint64_t margin_before = 64 * KiB;   // context shown to scanners in front of a page: as long as a database's page
  uint64_t margin_after = 1 * MiB;     // and behind it, so that nothing is cut
  uint64_t unit = 64 * MiB;            // bytes of the image in one scan unit; a multiple of page
  uint64_t content_unit_files = 2000;  // files in one content unit, at most
  uint64_t content_unit_bytes = 256 * MiB;
  uint64_t document = 64 * MiB;        // a file that is read as a whole (PDF, SQLite, pcap) is one page up to this size
  uint32_t depth = 8;                  // decoders inside decoders
  uint64_t decoded_branch = 64 * MiB;  // bytes one decoder call may produce
  uint64_t decoded_page = 512 * MiB;   // bytes all decoders together may produce for one page
  uint64_t decoded_vain = 32 * MiB;    // bytes of what proves to be no stream, of one decoder on one page
  uint64_t parsed_file = 256 * MiB;    // bytes of a file that a parser is shown
  uint64_t spool = 64 * GiB;           // unpacked bytes of a zip or tar exhibit
  uint64_t item_seconds = 120;         // one page, file or directory entry; then it is set aside
  uint64_t walk_entries = 200'000'000;  // directory entries of one volume
  uint64_t walk_depth = 256;
};

}  // namespace weft
