// A font of a PDF that was opened as a whole (ISO 32000-1 §9.6 to §9.10): what its codes are, and how wide.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/pdf/cmap.h"
#include "base/pdf/encoding.h"
#include "base/pdf/legacy_codes.h"
#include "base/pdf/qpdf.h"
#include "base/pdf/text.h"

namespace weft {

class PdfDocumentFont final : public PdfFont {
 public:
  using Unpack = std::function<std::vector<uint8_t>(QPDFObjectHandle stream)>;
  // Reads the dictionary. What of it is no font's is passed over; qpdf's exceptions go through.
  PdfDocumentFont(QPDFObjectHandle dictionary, const Unpack& unpack);

  Extent say(std::string_view codes, size_t most, std::string& text) const override;
  // It was used, and what its codes are is said nowhere.
  bool unread() const { return unread_; }
  // Bytes that it keeps; and what it cost to read, in bytes of a stream that take as long.
  size_t memory() const;
  size_t work() const { return work_; }

 private:
  void simple(QPDFObjectHandle dictionary, const Unpack& unpack);
  PdfEncoding& own_encoding();
  void composite(QPDFObjectHandle dictionary, const Unpack& unpack);
  void differences(QPDFObjectHandle list);
  void glyph_widths(QPDFObjectHandle list);
  // What a code shows, as it is asked for the first time.
  struct Glyph {
    std::string text;
    double width = 0;
    bool known = false, made = false;
  };
  const Glyph& glyph(uint32_t code) const;
  Glyph made(uint32_t code) const;
  bool add_text(uint32_t code, std::string& text) const;
  double width(uint32_t code) const;

  enum class Codes { characters, utf16, legacy, latin_glyphs, unknown };
  struct Widths {
    uint32_t low, high;
    double width;
  };
  bool is_composite_ = false;
  PdfCMap to_unicode_, codes_;
  PdfLegacyCodes legacy_;
  Codes meaning_ = Codes::characters;
  // Of a simple font; its own where it differs from all that have names.
  const PdfEncoding* encoding_ = &pdf_encoding("");
  std::unique_ptr<PdfEncoding> own_encoding_;
  std::vector<Widths> widths_;  // ems, by low
  bool has_widths_ = false;
  double default_width_ = 0;
  size_t work_ = 256;
  // One thread reads a document.
  mutable std::vector<Glyph> first_glyphs_;
  mutable std::unordered_map<uint32_t, Glyph> glyphs_;
  mutable bool unread_ = false;
};

}  // namespace weft
