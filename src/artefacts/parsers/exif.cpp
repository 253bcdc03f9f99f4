// Exif of pictures (CIPA DC-008, Exif 2.32; TIFF 6.0): which camera, which lens, where, when.
//
// A JPEG has it in a segment APP1, PNG in a chunk eXIf, WebP in a chunk EXIF, HEIC as an item whose text "Exif\0\0"
// stands before it; a TIFF file is such a structure itself. base/exif.cpp reads it.
#include "base/exif.h"

#include <array>

#include "artefacts/parser.h"
#include "base/cursor.h"

namespace weft::artefacts {
namespace {

// Where the TIFF structure begins, if the file has one.
std::optional<uint64_t> find_tiff(Bytes file) {
  constexpr std::string_view mark{"Exif\0\0", 6};
  std::string_view text = as_text(file);
  if (is_tiff(text)) return 0;
  if (text.starts_with("\xFF\xD8")) {
    Cursor in(file);
    in.skip(2);
    while (in.remaining() >= 4) {
      uint16_t marker = in.u16be(), length = in.u16be();
      if (marker < 0xFFC0 || marker == 0xFFDA || length < 2) return std::nullopt;
      uint64_t at = in.position();
      std::string_view body = in.take_text(length - 2u);
      if (marker == 0xFFE1 && text.substr(at).starts_with(mark) && is_tiff(text.substr(at + mark.size())))
        return at + mark.size();
      if (body.empty() && length > 2) return std::nullopt;
    }
    return std::nullopt;
  }
  text = text.substr(0, 8 * MiB);
  for (std::string_view before : {mark, std::string_view("eXIf"), std::string_view("EXIF")})
    for (size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1)) {
      at += before.size();
      if (is_tiff(text.substr(at))) return at;
      if (before == "EXIF" && is_tiff(text.substr(std::min(at + 4, text.size())))) return at + 4;  // the chunk's size
    }
  return std::nullopt;
}

void parse(const File& file, Rows& rows) {
  auto begin = find_tiff(file.content);
  if (!begin || *begin + 8 > file.content.size()) return;
  Exif exif = read_exif(file.content, *begin);
  if (exif.cut_at) rows.cut({*exif.cut_at}, "a text of a picture gives its first 300 bytes");
  if (exif.make.empty() && exif.model.empty() && exif.body_serial.empty() && !exif.latitude && exif.taken.empty())
    return;
  rows.selector({exif.serial_at}, "camera_serial", serial_with_maker(exif.make, exif.body_serial), "camera",
                exif.model);
  rows.selector({exif.lens_at}, "lens_serial",
                serial_with_maker(exif.lens_make.empty() ? exif.make : exif.lens_make, exif.lens_serial), "camera",
                exif.lens);
  PhotoRow row;
  row.make = std::move(exif.make), row.model = std::move(exif.model), row.body_serial = std::move(exif.body_serial);
  row.lens = std::move(exif.lens), row.lens_serial = std::move(exif.lens_serial);
  row.software = std::move(exif.software), row.owner = std::move(exif.owner), row.taken = std::move(exif.taken);
  row.latitude = exif.latitude, row.longitude = exif.longitude;
  rows.record({*begin}, std::move(row));
}

constexpr std::array<std::string_view, 5> types{"image/heic", "image/heif", "image/tiff", "image/webp", "image/png"};
constexpr std::array<std::string_view, 3> magics{"\xFF\xD8\xFF", std::string_view("II*\0", 4),
                                                 std::string_view("MM\0*", 4)};
constexpr std::array<std::string_view, 2> kinds{"camera_serial", "lens_serial"};

// Make "Kestrel Ltd" at 38, directory Exif at 50 with body serial "K4711" at 80 and lens serial "L081" in place.
constexpr std::string_view tiff{
    "II*\0\x08\0\0\0"
    "\2\0\x0F\1\2\0\x0C\0\0\0\x26\0\0\0\x69\x87\4\0\1\0\0\0\x32\0\0\0\0\0\0\0"
    "Kestrel Ltd\0"
    "\2\0\x31\xA4\2\0\6\0\0\0\x50\0\0\0\x35\xA4\2\0\4\0\0\0L081\0\0\0\0"
    "K4711\0",
    86};
constexpr std::string_view jpeg{
    "\xFF\xD8\xFF\xE0\0\4JF\xFF\xE1\0\x5E"
    "Exif\0\0"
    "II*\0\x08\0\0\0"
    "\2\0\x0F\1\2\0\x0C\0\0\0\x26\0\0\0\x69\x87\4\0\1\0\0\0\x32\0\0\0\0\0\0\0"
    "Kestrel Ltd\0"
    "\2\0\x31\xA4\2\0\6\0\0\0\x50\0\0\0\x35\xA4\2\0\4\0\0\0L081\0\0\0\0"
    "K4711\0\xFF\xD9",
    106};
constexpr std::array samples{
    Sample{"a.tif", tiff, "camera_serial", "Kestrel K4711", "camera"},
    Sample{"a.tif", tiff, "lens_serial", "Kestrel L081", "camera"},
    Sample{"a.jpg", jpeg, "camera_serial", "Kestrel K4711", "camera"},
    Sample{"none.jpg", "\xFF\xD8\xFF\xD9", "", "", ""},
};
constexpr std::array<std::string_view, 6> real{"media/Canon_40D.jpg", "media/Nikon_D70.jpg", "media/exif_demo2.tiff",
                                               "media/testHEIF.heic", "media/testWEBP.webp", "media/Exif_v0221.jpg"};

}  // namespace

extern const Parser exif_parser;
const Parser exif_parser{
    "exif",
    "photo: camera, lens, place and time of JPEG, TIFF, HEIC, PNG and WebP pictures",
    "CIPA DC-008 (Exif 2.32), TIFF 6.0; makers' notes of Canon and Nikon",
    {},
    types,
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
