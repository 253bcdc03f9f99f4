// What pictures say of themselves, in raw bytes: Exif (CIPA DC-008) behind the head of a TIFF structure, in a JPEG, a
// raw picture, a Photoshop file, or by itself where the picture around it was overwritten. base/exif.cpp reads it, for
// picture files too: so serial numbers are written alike, and a place as the other scanner of places writes it.
//
// carved_exif is for people: the camera, when, with which program, whose. The others tie.
//
// False positives: of "II*\0" the first directory must be one as writers make it, in order, of known types, with the
// maker, the model, the program or the date in it, and that must be text. A date counts in Exif's form only.
//
// Where a text of more than 300 bytes is cut, carved_exif ends with "…".
#include "base/exif.h"

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/place.h"

namespace weft::scan {
namespace {

constexpr size_t head = 4;
constexpr size_t seen_in_front = 2 * KiB;
constexpr size_t farthest = 256 * KiB;  // Exif in a JPEG takes 64 KiB at most; a raw picture has it in front

// What is no text is shown with \x; a picture's own words hold none.
bool is_clean(std::string_view text) {
  return !text.empty() && text.find("\\x") == std::string_view::npos;
}

// "2021:12:19 12:04:36", and a zone behind it.
bool is_date(std::string_view text) {
  constexpr std::string_view form = "0000:00:00 00:00:00";
  if (text.size() < form.size() || text.starts_with("0000")) return false;
  for (size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  return true;
}

std::string camera_of(const Exif& exif) {
  std::string make = is_clean(exif.make) ? exif.make : "", model = is_clean(exif.model) ? exif.model : "";
  // "Canon EOS 40D" by Canon.
  const std::string first = lower_ascii(make.substr(0, make.find(' ')));
  if (make.empty() || (!model.empty() && lower_ascii(model).starts_with(first))) return model;
  return model.empty() ? make : make + " " + model;
}

std::string described(const Exif& exif) {
  std::string out = camera_of(exif);
  auto add = [&](std::string_view what, const std::string& text) {
    if (!out.empty()) out += ", ";
    out += what;
    out += text;
  };
  if (is_date(exif.taken)) add("", exif.taken);
  if (is_clean(exif.software)) add("by ", exif.software);
  if (!out.empty() && is_clean(exif.owner)) add("of ", exif.owner);
  if (!out.empty() && exif.cut_at) out += "\xe2\x80\xa6";
  return out;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = hit.end - head;
  if (begin < from) return;
  const Bytes bytes = as_bytes(text.substr(begin, farthest));
  if (!is_sound_tiff(bytes, 0)) return;
  const Exif exif = read_exif(bytes, 0);
  std::string what = described(exif);
  if (what.empty()) return;
  // The page in which a feature begins must see the head in front of it: far behind, the head stands for it.
  auto give = [&](std::string_view kind, std::string value, uint64_t at, uint64_t size) {
    if (!value.empty() && size > 0)
      sink.feature(kind, std::move(value), at < seen_in_front ? begin + at : begin, begin + at + size);
  };
  auto serial = [&](std::string_view kind, std::string_view make, std::string_view number, uint64_t at, uint64_t size) {
    if (is_clean(make) && is_clean(number)) give(kind, serial_with_maker(make, number), at, size);
  };
  serial("camera_serial", exif.make, exif.body_serial, exif.serial_at, exif.serial_size);
  serial("lens_serial", exif.lens_make.empty() ? exif.make : exif.lens_make, exif.lens_serial, exif.lens_at,
         exif.lens_size);
  if (exif.latitude && exif.longitude)
    give("place", place_of(*exif.latitude, *exif.longitude), exif.place_at, exif.place_size);
  sink.feature("carved_exif", std::move(what), begin, begin + exif.end);
}

constexpr std::array<std::string_view, 4> kinds{"carved_exif", "camera_serial", "lens_serial", "place"};
constexpr std::array patterns{Pattern{R"(II\*\x00)", dotall}, Pattern{R"(MM\x00\*)", dotall}};

using namespace std::string_view_literals;
// Maker "Kestrel Ltd", model "K1", and a directory Exif with body serial "K4711" and lens serial "L081" in place.
#define WEFT_KESTREL                                                         \
  "II*\0\x08\0\0\0"                                                          \
  "\3\0\x0F\1\2\0\x0C\0\0\0\x32\0\0\0\x10\1\2\0\3\0\0\0K1\0\0"               \
  "\x69\x87\4\0\1\0\0\0\x3e\0\0\0\0\0\0\0"                                   \
  "Kestrel Ltd\0"                                                            \
  "\2\0\x31\xA4\2\0\6\0\0\0\x5c\0\0\0\x35\xA4\2\0\5\0\0\0\x62\0\0\0\0\0\0\0" \
  "K4711\0L0815\0"
// 48°12'3.6" north, 16°22'10.2" west.
#define WEFT_SOMEWHERE                                                                                             \
  "MM\0*\0\0\0\x08"                                                                                                \
  "\0\2\1\x32\0\2\0\0\0\x14\0\0\0\x26\x88\x25\0\4\0\0\0\1\0\0\0\x3a\0\0\0\0"                                       \
  "2021:12:19 12:04:36\0"                                                                                          \
  "\0\4\0\1\0\2\0\0\0\2N\0\0\0\0\2\0\5\0\0\0\3\0\0\0\x70\0\3\0\2\0\0\0\2W\0\0\0\0\4\0\5\0\0\0\3\0\0\0\x88\0\0\0\0" \
  "\0\0\0\x30\0\0\0\1\0\0\0\x0c\0\0\0\1\0\0\0\x24\0\0\0\x0a"                                                       \
  "\0\0\0\x10\0\0\0\1\0\0\0\x16\0\0\0\1\0\0\0\x66\0\0\0\x0a"
constexpr std::array examples{
    Example{WEFT_KESTREL ""sv, "carved_exif", "Kestrel Ltd K1"},
    Example{WEFT_KESTREL ""sv, "camera_serial", "Kestrel K4711"},
    Example{WEFT_KESTREL ""sv, "lens_serial", "Kestrel L0815"},
    Example{WEFT_SOMEWHERE ""sv, "carved_exif", "2021:12:19 12:04:36"},
    Example{WEFT_SOMEWHERE ""sv, "place", "48.201,-16.3695"},
    // A directory out of order; a type that is none; nothing but a head.
    Example{"II*\0\x08\0\0\0\2\0\x10\1\2\0\3\0\0\0K1\0\0\x0F\1\2\0\3\0\0\0K2\0\0\0\0\0\0"sv, "carved_exif", ""},
    Example{"II*\0\x08\0\0\0\1\0\x10\1\x22\0\3\0\0\0K1\0\0\0\0\0\0"sv, "carved_exif", ""},
    Example{"II*\0\x08\0\0\0 and other words that are no directory"sv, "carved_exif", ""},
    Example{"II*\0\x08\0\0\0\1\0\x10\1\2\0\3\0\0\0\x01\x02\0\0\0\0\0\0"sv, "carved_exif", ""},
};

}  // namespace

extern const Scanner exif_scanner;
const Scanner exif_scanner{"exif",
                           "carved_exif, camera_serial, lens_serial, place: what pictures say of their camera, owner, "
                           "moment and place",
                           kinds,
                           patterns,
                           on_hit,
                           examples,
                           64,
                           farthest};

}  // namespace weft::scan
