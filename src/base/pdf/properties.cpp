#include "base/pdf/properties.h"

#include <fmt/format.h>
#include <new>

#include "base/pdf/open.h"

namespace weft {
namespace {

constexpr size_t most_entries = 100, most_pictures = 200, metadata_most = MiB;
constexpr size_t id_most = 64;  // bytes

uint64_t place_of(QPDFObjectHandle object) {
  const qpdf_offset_t at = object.getParsedOffset();
  return at > 0 ? uint64_t(at) : 0;
}

bool is_jpeg(QPDFObjectHandle dictionary) {
  QPDFObjectHandle filter = dictionary.getKey("/Filter");
  if (filter.isArray() && filter.getArrayNItems() == 1) filter = filter.getArrayItem(0);
  return filter.isNameAndEquals("/DCTDecode");
}

PdfProperties read(Bytes bytes) {
  QPDF pdf;
  open_pdf(pdf, as_text(bytes));
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
    const std::vector<uint8_t> text = pdf_stream_data(metadata, metadata_most);
    out.metadata.assign(text.begin(), text.end());
    if (lies_in_bytes(metadata)) out.metadata_at = place_of(metadata);
  }
  if (pdf.isEncrypted()) return out;
  for (QPDFObjectHandle& object : pdf.getAllObjects()) {
    if (out.pictures.size() == most_pictures) break;
    if (!object.isStream() || !is_jpeg(object.getDict())) continue;
    QPDFObjectHandle length = object.getDict().getKey("/Length");
    const uint64_t at = place_of(object);
    if (at == 0 || !length.isInteger() || length.getIntValue() <= 0) continue;
    const uint64_t size = uint64_t(length.getIntValue());
    if (at < bytes.size() && size <= bytes.size() - at) out.pictures.push_back({at, size});
  }
  return out;
}

}  // namespace

std::optional<PdfProperties> pdf_properties(Bytes bytes) {
  try {
    return read(bytes);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace weft
