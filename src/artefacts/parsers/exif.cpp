// Exif of pictures (CIPA DC-008, Exif 2.32; TIFF 6.0): which camera, which lens, where, when.
//
// Exif is a TIFF file without pictures: a head ("II*" little-endian, "MM\0*" big-endian) and directories of entries:
// tag, type, count, and a value, or where it lies if it takes more than four bytes. A JPEG has it in a segment APP1,
// PNG in a chunk eXIf, WebP in a chunk EXIF, HEIC as an item whose text "Exif\0\0" stands before it.
//
// The body's serial number is tag A431 since Exif 2.3; cameras of before keep it in the maker's note, a directory of
// the maker's own: Canon's has it as the number 0C (offsets as in the file around it), Nikon's as the text 1D (behind
// "Nikon\0", a version and a TIFF head of its own). Other makers' notes are not read.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

struct Entry {
  uint16_t type = 0;
  Bytes value;      // as many bytes as type and count ask for, or as there are
  uint64_t at = 0;  // in the file
};

// A TIFF structure somewhere in a file: [begin, end of the file).
class Tiff {
 public:
  Tiff(Bytes file, uint64_t begin) : file_(file), begin_(begin), big_(as_text(file.subspan(begin)).starts_with('M')) {}

  uint32_t first() const { return number(begin_ + 4, 4); }
  // Calls each(tag, entry) for the entries of the directory; places count from the structure's begin.
  template <class Each>
  void directory(uint64_t place, Each each) const {
    uint64_t at = begin_ + place;
    uint32_t count = number(at, 2);
    at += 2;
    for (uint32_t i = 0; i < count && at + 12 <= file_.size(); ++i, at += 12) {
      constexpr uint8_t width[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
      Entry entry;
      entry.type = uint16_t(number(at + 2, 2));
      if (entry.type >= std::size(width)) continue;
      uint64_t size = uint64_t(width[entry.type]) * number(at + 4, 4);
      entry.at = size <= 4 ? at + 8 : begin_ + number(at + 8, 4);
      if (entry.at >= file_.size()) continue;
      entry.value = file_.subspan(entry.at, std::min<uint64_t>(size, file_.size() - entry.at));
      each(uint16_t(number(at, 2)), entry);
    }
  }
  uint32_t number(const Entry& entry) const {
    return number(entry.at, entry.type == 3 ? 2 : std::min<size_t>(entry.value.size(), 4));
  }
  // Degrees, minutes and seconds as fractions.
  std::optional<double> degrees(const Entry& entry) const {
    if (entry.value.size() < 24) return std::nullopt;
    double out = 0;
    for (unsigned i = 0; i < 3; ++i) {
      double below = number(entry.at + 8 * i + 4, 4), above = number(entry.at + 8 * i, 4);
      if (below == 0) {
        if (above != 0 || i == 0) return std::nullopt;
        below = 1;
      }
      out += above / below / (i == 0 ? 1 : i == 1 ? 60 : 3600);
    }
    return out;
  }
  uint64_t begin() const { return begin_; }

 private:
  uint32_t number(uint64_t at, size_t width) const {
    if (at + width > file_.size()) return 0;
    uint32_t out = 0;
    for (size_t i = 0; i < width; ++i) out = out << 8 | file_[at + (big_ ? i : width - 1 - i)];
    return out;
  }
  Bytes file_;
  uint64_t begin_;
  bool big_;
};

std::string text_of(const Entry& entry) {
  std::string_view text = as_text(entry.value);
  text = trim(text.substr(0, text.find('\0')));
  return is_utf8(text) ? beginning(text, 300) : printable(text.substr(0, 300));
}

bool is_tiff(std::string_view text) {
  return text.starts_with(std::string_view("II*\0", 4)) || text.starts_with(std::string_view("MM\0*", 4));
}

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

// Serial numbers count per maker, of which cameras write "NIKON" and "NIKON CORPORATION". All zeros are none.
std::string with_maker(std::string_view make, std::string_view serial) {
  if (serial.find_first_not_of("0 -") == std::string_view::npos || serial.size() < 4) return {};
  std::string_view first = make.substr(0, make.find_first_of(" ,"));
  return first.empty() ? std::string() : std::string(first) + " " + std::string(serial);
}

class Picture {
 public:
  Picture(const Tiff& tiff, Bytes file) : tiff_(tiff), file_(file) {}

  void read() {
    std::optional<uint64_t> exif, gps;
    std::string date;
    tiff_.directory(tiff_.first(), [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 0x010F:
          row_.make = text_of(entry);
          break;
        case 0x0110:
          row_.model = text_of(entry);
          break;
        case 0x0131:
          row_.software = text_of(entry);
          break;
        case 0x0132:
          date = text_of(entry);
          break;
        case 0x013B:
          if (row_.owner.empty()) row_.owner = text_of(entry);
          break;
        case 0xC62F:
          serial(entry);
          break;  // of DNG
        case 0x8769:
          exif = tiff_.number(entry);
          break;
        case 0x8825:
          gps = tiff_.number(entry);
          break;
        default:
          break;
      }
    });
    if (exif) taken(*exif);
    if (row_.taken.empty()) row_.taken = date;
    if (gps) place(*gps);
  }

  void give(Rows& rows) {
    if (row_.make.empty() && row_.model.empty() && row_.body_serial.empty() && !row_.latitude && row_.taken.empty())
      return;
    rows.selector({serial_at_}, "camera_serial", with_maker(row_.make, row_.body_serial), "camera", row_.model);
    rows.selector({lens_at_}, "lens_serial", with_maker(lens_make_.empty() ? row_.make : lens_make_, row_.lens_serial),
                  "camera", row_.lens);
    rows.record({tiff_.begin()}, std::move(row_));
  }

 private:
  void serial(const Entry& entry) {
    if (!row_.body_serial.empty()) return;
    row_.body_serial = text_of(entry), serial_at_ = entry.at;
  }

  void taken(uint64_t directory) {
    std::string zone;
    std::optional<Entry> note;
    tiff_.directory(directory, [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 0x9003:
          row_.taken = text_of(entry);
          break;
        case 0x9011:
          zone = text_of(entry);
          break;
        case 0x927C:
          note = entry;
          break;
        case 0xA430:
          if (std::string name = text_of(entry); !name.empty()) row_.owner = name;
          break;
        case 0xA431:
          serial(entry);
          break;
        case 0xA433:
          lens_make_ = text_of(entry);
          break;
        case 0xA434:
          row_.lens = text_of(entry);
          break;
        case 0xA435:
          row_.lens_serial = text_of(entry), lens_at_ = entry.at;
          break;
        default:
          break;
      }
    });
    if (!zone.empty() && !row_.taken.empty()) row_.taken += " " + zone;
    if (note) makers_note(*note);
  }

  void makers_note(const Entry& note) {
    std::string make = lower_ascii(row_.make);
    if (make.starts_with("canon")) {
      tiff_.directory(note.at - tiff_.begin(), [&](uint16_t tag, const Entry& entry) {
        if (tag == 0x09 && row_.owner.empty()) row_.owner = text_of(entry);
        if (tag == 0x0C && row_.body_serial.empty() && tiff_.number(entry) != 0)
          row_.body_serial = fmt::format("{:010}", tiff_.number(entry)), serial_at_ = entry.at;
        if (tag == 0x95 && row_.lens.empty()) row_.lens = text_of(entry);
      });
    } else if (make.starts_with("nikon") && as_text(note.value).starts_with(std::string_view("Nikon\0", 6)) &&
               note.value.size() > 18 && is_tiff(as_text(note.value).substr(10))) {
      Tiff own(file_, note.at + 10);
      own.directory(own.first(), [&](uint16_t tag, const Entry& entry) {
        if (tag == 0x1D) serial(entry);
      });
    }
  }

  void place(uint64_t directory) {
    bool south = false, west = false;
    tiff_.directory(directory, [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 1:
          south = text_of(entry) == "S";
          break;
        case 2:
          row_.latitude = tiff_.degrees(entry);
          break;
        case 3:
          west = text_of(entry) == "W";
          break;
        case 4:
          row_.longitude = tiff_.degrees(entry);
          break;
        default:
          break;
      }
    });
    bool sound = row_.latitude && row_.longitude && *row_.latitude <= 90 && *row_.longitude <= 180;
    if (!sound) row_.latitude.reset(), row_.longitude.reset();
    if (row_.latitude && south) row_.latitude = -*row_.latitude;
    if (row_.longitude && west) row_.longitude = -*row_.longitude;
  }

  const Tiff& tiff_;
  Bytes file_;
  PhotoRow row_;
  std::string lens_make_;
  uint64_t serial_at_ = 0, lens_at_ = 0;
};

void parse(const File& file, Rows& rows) {
  auto begin = find_tiff(file.content);
  if (!begin || *begin + 8 > file.content.size()) return;
  Tiff tiff(file.content, *begin);
  Picture picture(tiff, file.content);
  picture.read();
  picture.give(rows);
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
