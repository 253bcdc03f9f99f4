#include "base/pdf/properties.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/pdf/open.h"

namespace weft {
namespace {

constexpr size_t most_entries = 100, most_pictures = 200, metadata_most = MiB;
constexpr size_t id_most = 64;  // bytes

uint64_t place_of(QPDFObjectHandle object) {
  const qpdf_offset_t at = object.getParsedOffset();
  return at > 0 ? uint64_t(at) : 0;
}

// Streams under DCTDecode alone hold a JPEG as it was put in. They are found by that word, which is cheaper than to ask
// for every object, and by where a JPEG begins and ends.
void find_pictures(std::string_view bytes, PdfProperties& out) {
  constexpr std::string_view filter = "/DCTDecode", begin = "stream", end = "endstream";
  constexpr size_t longest_dictionary = 2 * KiB;
  size_t last = 0, picture_end = 0;  // the end of a stream, and of the last JPEG in front of it: looked for once
  for (size_t at = bytes.find(filter); at != std::string_view::npos && out.pictures.size() < most_pictures;
       at = bytes.find(filter, at + 1)) {
    const size_t found = bytes.substr(at, longest_dictionary).find(begin);
    if (found == std::string_view::npos) continue;
    size_t data = at + found + begin.size();
    while (data < bytes.size() && (bytes[data] == '\r' || bytes[data] == '\n')) ++data;
    if (!bytes.substr(data).starts_with("\xff\xd8\xff")) continue;
    if (data >= last) {
      last = std::min(bytes.find(end, data), bytes.size());
      const size_t eoi = bytes.substr(data, last - data).rfind("\xff\xd9");
      picture_end = eoi == std::string_view::npos ? data : data + eoi + 2;
    }
    if (picture_end <= data) continue;
    if (out.pictures.empty() || out.pictures.back().begin != data) out.pictures.push_back({data, picture_end});
    at = picture_end - 1;
  }
}

}  // namespace

PdfProperties pdf_properties_of(QPDF& pdf, Bytes bytes) {
  PdfProperties out;
  QPDFObjectHandle trailer = pdf.getTrailer();
  const auto places = pdf.getXRefTable();
  const auto lies_in_bytes = [&](const QPDFObjectHandle& object) {
    const auto place = places.find(object.getObjGen());
    return place != places.end() && place->second.getType() == 1;
  };
  QPDFObjectHandle information = trailer.getKey("/Info");
  if (information.isDictionary())
    for (auto& [key, value] : information.getDictAsMap())
      if (value.isString() && out.information.size() < most_entries)
        out.information.push_back(
            {key.substr(1), value.getUTF8Value(), lies_in_bytes(information) ? place_of(value) : 0});
  QPDFObjectHandle ids = trailer.getKey("/ID");
  if (ids.isArray() && ids.getArrayNItems() > 0 && ids.getArrayItem(0).isString())
    for (const char c : ids.getArrayItem(0).getStringValue().substr(0, id_most))
      out.id += fmt::format("{:02x}", static_cast<unsigned char>(c));
  if (QPDFObjectHandle metadata = pdf_value(pdf.getRoot(), "/Metadata"); metadata.isStream()) {
    const std::vector<uint8_t> text = pdf_stream_data(metadata, metadata_most).bytes;
    out.metadata.assign(text.begin(), text.end());
    if (lies_in_bytes(metadata)) out.metadata_at = place_of(metadata);
  }
  if (!pdf.isEncrypted()) find_pictures(as_text(bytes), out);
  return out;
}

}  // namespace weft
