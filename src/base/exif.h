// What a picture says of itself: camera, lens, owner, moment and place, from a TIFF structure with Exif in it (CIPA
// DC-008, TIFF 6.0). Read in picture files by their parser and in raw bytes by a scanner, so that both give the same
// values. Any thread; owns nothing of the bytes.
//
// The structure may be cut off or hold anything: what lies behind the end is not there, a directory has no more entries
// than a few hundred, and of a text the first 300 bytes are kept.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace weft {

struct Exif {
  std::string make, model, software, taken, owner, body_serial, lens, lens_make, lens_serial;
  std::optional<double> latitude, longitude;
  // Where in the bytes the serial numbers and the latitude begin, and how long they are.
  uint64_t serial_at = 0, lens_at = 0, place_at = 0;
  uint64_t serial_size = 0, lens_size = 0, place_size = 0;
  uint64_t end = 0;                // behind the last byte that was looked at
  std::optional<uint64_t> cut_at;  // the first text that is longer than what is kept of it
};

// "II*\0" or "MM\0*".
bool is_tiff(std::string_view text);
// The TIFF structure that begins there, and goes on to the end of the bytes at most.
Exif read_exif(Bytes bytes, uint64_t begin);
// Whether its first directory is one as writers make it: of at most 200 entries, all of known types, with rising tags,
// of which one is the maker, the model, the program or the date. Reads no more than that.
bool is_sound_tiff(Bytes bytes, uint64_t begin);
// "Canon 1234567890": serial numbers count per maker, and Nikon writes its name in several ways, so the first word
// stands for it. Empty when there is no maker, or the number is none: shorter than four signs, or all zeros.
std::string serial_with_maker(std::string_view make, std::string_view serial);

}  // namespace weft
