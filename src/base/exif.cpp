// Exif is a TIFF file without pictures: a head ("II*\0" little-endian, "MM\0*" big-endian) and directories of entries:
// tag, type, count, and a value, or where it lies if it takes more than four bytes.
//
// The body's serial number is tag A431 since Exif 2.3; cameras of before keep it in the maker's note, a directory of
// the maker's own: Canon's has it as the number 0C (offsets as in the file around it), Nikon's as the text 1D (behind
// "Nikon\0", a version and a TIFF head of its own). Other makers' notes are not read.
#include "base/exif.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace weft {
namespace {

constexpr uint32_t most_entries = 512;  // of a directory; a maker's note has some hundred
constexpr size_t longest_text = 300;

struct Entry {
  uint16_t type = 0;
  Bytes value;      // as many bytes as type and count ask for, or as there are
  uint64_t at = 0;  // in the bytes
};

// A TIFF structure: [begin, end of the bytes).
class Tiff {
 public:
  Tiff(Bytes bytes, uint64_t begin)
      : bytes_(bytes), begin_(begin), big_(as_text(bytes.subspan(begin)).starts_with('M')) {}

  uint32_t first() const { return number(begin_ + 4, 4); }
  // Calls each(tag, entry) for the entries of the directory; places count from the structure's begin. Keeps where the
  // farthest byte was.
  template <class Each>
  void directory(uint64_t place, uint64_t& end, Each each) const {
    uint64_t at = begin_ + place;
    const uint32_t count = std::min(number(at, 2), most_entries);
    at += 2;
    for (uint32_t i = 0; i < count && at + 12 <= bytes_.size(); ++i, at += 12) {
      const auto entry = entry_at(at);
      end = std::max(end, at + 12);
      if (!entry) continue;
      each(uint16_t(number(at, 2)), *entry);
    }
  }
  // The entry there; nothing when its type is unknown, or its value lies behind the end.
  std::optional<Entry> entry_at(uint64_t at) const {
    constexpr uint8_t width[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    Entry entry;
    entry.type = uint16_t(number(at + 2, 2));
    if (entry.type >= std::size(width)) return std::nullopt;
    const uint64_t size = uint64_t(width[entry.type]) * number(at + 4, 4);
    entry.at = size <= 4 ? at + 8 : begin_ + number(at + 8, 4);
    if (entry.at >= bytes_.size()) return std::nullopt;
    entry.value = bytes_.subspan(entry.at, std::min<uint64_t>(size, bytes_.size() - entry.at));
    return entry;
  }
  uint32_t number(const Entry& entry) const {
    return number(entry.at, entry.type == 3 ? 2 : std::min<size_t>(entry.value.size(), 4));
  }
  // Degrees, minutes and seconds as fractions.
  std::optional<double> degrees(const Entry& entry) const {
    if (entry.value.size() < 24) return std::nullopt;
    double out = 0;
    for (unsigned i = 0; i < 3; ++i) {
      double below = number(entry.at + 8 * i + 4, 4);
      const double above = number(entry.at + 8 * i, 4);
      if (below == 0) {
        if (above != 0 || i == 0) return std::nullopt;
        below = 1;
      }
      out += above / below / (i == 0 ? 1 : i == 1 ? 60 : 3600);
    }
    return out;
  }
  uint64_t begin() const { return begin_; }
  uint32_t number(uint64_t at, size_t width) const {
    if (at + width > bytes_.size()) return 0;
    uint32_t out = 0;
    for (size_t i = 0; i < width; ++i) out = out << 8 | bytes_[at + (big_ ? i : width - 1 - i)];
    return out;
  }
  uint64_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
  uint64_t begin_;
  bool big_;
};

// Up to the first NUL, without blanks around it. cut: is set when it is longer.
std::string text_in(const Entry& entry, bool& cut) {
  constexpr std::string_view blanks = " \t\r\n";
  std::string_view text = as_text(entry.value);
  text = text.substr(0, std::min(text.find('\0'), 4 * longest_text));
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(blanks) + 1 - first);
  size_t most = std::min(text.size(), longest_text);
  while (most > 0 && most < text.size() && (uint8_t(text[most]) & 0xC0) == 0x80) --most;
  cut |= most < text.size();
  return printable(text.substr(0, most));
}

class Reading {
 public:
  Reading(Bytes bytes, uint64_t begin) : bytes_(bytes), tiff_(bytes, begin) {}

  Exif read() {
    std::optional<uint64_t> exif, gps;
    std::string date;
    tiff_.directory(tiff_.first(), out_.end, [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 0x010F:
          text(out_.make, entry);
          break;
        case 0x0110:
          text(out_.model, entry);
          break;
        case 0x0131:
          text(out_.software, entry);
          break;
        case 0x0132:
          text(date, entry);
          break;
        case 0x013B:
          if (out_.owner.empty()) text(out_.owner, entry);
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
    if (out_.taken.empty()) out_.taken = date;
    if (gps) place(*gps);
    return std::move(out_);
  }

 private:
  std::string text_of(const Entry& entry) {
    bool cut = false;
    std::string text = text_in(entry, cut);
    if (cut && !out_.cut_at) out_.cut_at = entry.at;
    return text;
  }
  void text(std::string& to, const Entry& entry) {
    to = text_of(entry);
    seen(entry);
  }
  void seen(const Entry& entry) {
    out_.end = std::max<uint64_t>(out_.end, entry.at + std::min<size_t>(entry.value.size(), longest_text));
  }
  void serial(const Entry& entry) {
    if (!out_.body_serial.empty()) return;
    text(out_.body_serial, entry);
    out_.serial_at = entry.at, out_.serial_size = std::min(entry.value.size(), longest_text);
  }

  void taken(uint64_t directory) {
    std::string zone;
    std::optional<Entry> note;
    tiff_.directory(directory, out_.end, [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 0x9003:
          text(out_.taken, entry);
          break;
        case 0x9011:
          text(zone, entry);
          break;
        case 0x927C:
          note = entry;
          break;
        case 0xA430:
          if (const std::string name = text_of(entry); !name.empty()) out_.owner = name, seen(entry);
          break;
        case 0xA431:
          serial(entry);
          break;
        case 0xA433:
          text(out_.lens_make, entry);
          break;
        case 0xA434:
          text(out_.lens, entry);
          break;
        case 0xA435:
          text(out_.lens_serial, entry);
          out_.lens_at = entry.at, out_.lens_size = std::min(entry.value.size(), longest_text);
          break;
        default:
          break;
      }
    });
    if (!zone.empty() && !out_.taken.empty()) out_.taken += " " + zone;
    if (note) makers_note(*note);
  }

  void makers_note(const Entry& note) {
    const std::string make = lower_ascii(out_.make);
    if (make.starts_with("canon")) {
      tiff_.directory(note.at - tiff_.begin(), out_.end, [&](uint16_t tag, const Entry& entry) {
        if (tag == 0x09 && out_.owner.empty()) text(out_.owner, entry);
        if (tag == 0x0C && out_.body_serial.empty() && tiff_.number(entry) != 0) {
          out_.body_serial = fmt::format("{:010}", tiff_.number(entry));
          out_.serial_at = entry.at, out_.serial_size = std::min<size_t>(entry.value.size(), 4);
          seen(entry);
        }
        if (tag == 0x95 && out_.lens.empty()) text(out_.lens, entry);
      });
    } else if (make.starts_with("nikon") && as_text(note.value).starts_with(std::string_view("Nikon\0", 6)) &&
               note.value.size() > 18 && is_tiff(as_text(note.value).substr(10))) {
      const Tiff own(bytes_, note.at + 10);
      own.directory(own.first(), out_.end, [&](uint16_t tag, const Entry& entry) {
        if (tag == 0x1D) serial(entry);
      });
    }
  }

  void place(uint64_t directory) {
    bool south = false, west = false;
    std::optional<double> latitude, longitude;
    tiff_.directory(directory, out_.end, [&](uint16_t tag, const Entry& entry) {
      switch (tag) {
        case 1:
          south = text_of(entry) == "S";
          break;
        case 2:
          latitude = tiff_.degrees(entry);
          out_.place_at = entry.at, out_.place_size = entry.value.size();
          seen(entry);
          break;
        case 3:
          west = text_of(entry) == "W";
          break;
        case 4:
          longitude = tiff_.degrees(entry);
          seen(entry);
          break;
        default:
          break;
      }
    });
    if (!latitude || !longitude || *latitude > 90 || *longitude > 180) return;
    out_.latitude = south ? -*latitude : *latitude;
    out_.longitude = west ? -*longitude : *longitude;
  }

  Bytes bytes_;
  Tiff tiff_;
  Exif out_;
};

}  // namespace

bool is_tiff(std::string_view text) {
  return text.starts_with(std::string_view("II*\0", 4)) || text.starts_with(std::string_view("MM\0*", 4));
}

Exif read_exif(Bytes bytes, uint64_t begin) {
  if (begin + 8 > bytes.size()) return {};
  return Reading(bytes, begin).read();
}

bool is_sound_tiff(Bytes bytes, uint64_t begin) {
  if (begin + 8 > bytes.size()) return false;
  const Tiff tiff(bytes, begin);
  uint64_t at = begin + tiff.first();
  const uint32_t count = tiff.number(at, 2);
  if (tiff.first() < 8 || count == 0 || count > 200) return false;
  uint32_t before = 0;
  bool says_something = false;
  at += 2;
  for (uint32_t i = 0; i < count && at + 12 <= tiff.size(); ++i, at += 12) {
    const uint32_t tag = tiff.number(at, 2), type = tiff.number(at + 2, 2);
    if (type == 0 || type > 13 || tag < before) return false;
    before = tag;
    says_something |= (tag == 0x010F || tag == 0x0110 || tag == 0x0131 || tag == 0x0132) && type == 2;
  }
  return says_something;
}

std::string serial_with_maker(std::string_view make, std::string_view serial) {
  if (serial.find_first_not_of("0 -") == std::string_view::npos || serial.size() < 4) return {};
  const std::string_view first = make.substr(0, make.find_first_of(" ,"));
  return first.empty() ? std::string() : std::string(first) + " " + std::string(serial);
}

}  // namespace weft
