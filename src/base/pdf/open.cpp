// qpdf reads a document as far as it is asked to, and does what a document says: it unpacks object streams and
// cross-reference streams as a whole, and where a stream does not end as it says, it searches for its end, for each
// such stream to the end of the file if need be. Both are counted here (what is unpacked in filters.cpp), against what
// a document of that size may need.
#include "base/pdf/open.h"

#include <algorithm>
#include <exception>

#include "base/bytes.h"

namespace weft {
namespace {

// Object streams and cross-reference streams, which qpdf keeps unpacked: they have some five times their size.
size_t most_structure(size_t document) {
  return std::min<size_t>(64 * MiB, MiB + 16 * document);
}
// An object is read for what it is and again for its stream, and all once more where the cross-reference table is made
// anew: some five times.
size_t most_read(size_t document) {
  return MiB + 16 * document;
}

struct Full : std::exception {};

// Takes what a stream unpacks to, and stops it when it is too much.
class Taking final : public Pipeline {
 public:
  Taking(std::vector<uint8_t>& out, size_t most) : Pipeline("taking", nullptr), out_(out), most_(most) {}
  void write(const unsigned char* data, size_t size) override {
    out_.insert(out_.end(), data, data + std::min(size, most_ - out_.size()));
    if (out_.size() == most_) throw Full();
  }
  void finish() override {}

 private:
  std::vector<uint8_t>& out_;
  size_t most_;
};

// Where the structure is broken, qpdf tries every trailer; a document has one for each time it was changed.
bool may_have_structure(std::string_view document) {
  constexpr std::string_view trailer = "trailer";
  constexpr size_t most = 1000;
  size_t count = 0;
  for (size_t at = document.find(trailer); at != std::string_view::npos; at = document.find(trailer, at + 1)) ++count;
  return count <= most;
}

// A stream's filters and what they are to do, which qpdf walks each time the stream is asked for.
bool is_list_of_many(QPDFObjectHandle list) {
  constexpr int most = 8;
  return list.isArray() && list.getArrayNItems() > most;
}

}  // namespace

// The bytes, as long as no more is read of them than may be.
class PdfFile::Input final : public BufferInputSource {
 public:
  explicit Input(std::string_view bytes)
      : BufferInputSource(
            "document",
            new Buffer(const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data())), bytes.size()),
            true),
        left_(most_read(bytes.size())) {}

  size_t read(char* to, size_t length) override {
    const auto begin = size_t(tell());
    const size_t got = BufferInputSource::read(to, length);
    size_t cost = got;
    // qpdf searches by such blocks, and behind each search for the end of a stream looks at where all objects begin.
    constexpr size_t block = KiB;
    if (length == block && begin != searched_) cost += objects;
    if (length == block) searched_ = begin + got;
    left_ -= std::min(left_, cost);
    if (left_ == 0) throw PdfTooCostly("all that is read over and over");
    return got;
  }
  bool is_spent() const { return left_ == 0; }

  size_t objects = 0;

 private:
  size_t left_, searched_ = 0;
};

PdfFile::PdfFile(std::string_view bytes)
    : input_(std::make_shared<Input>(bytes)), structure_(most_structure(bytes.size())) {
  if (!may_have_structure(bytes)) throw PdfTooCostly("all of a document of so many trailers");
  qpdf_.setLogger(QPDFLogger::create());
  qpdf_.setSuppressWarnings(true);
  try {
    qpdf_.processInputSource(input_);
  } catch (const std::exception&) {
    if (const char* what = left_off()) throw PdfTooCostly(what);
    throw;
  }
  input_->objects = qpdf_.getXRefTable().size();
}

const char* PdfFile::left_off() const {
  if (structure_.is_spent()) return "object streams that unpack to too much";
  return input_->is_spent() ? "objects behind too many streams that do not end where they say" : nullptr;
}

PdfStreamData pdf_stream_data(QPDFObjectHandle stream, size_t most) {
  PdfStreamData data;
  if (!stream.isStream() || most == 0) return data;
  for (const char* list : {"/Filter", "/DecodeParms"})
    data.is_refused |= is_list_of_many(stream.getDict().getKey(list));
  if (data.is_refused) return data;
  Taking taking(data.bytes, most);
  PdfUnpacking unpacking(most);
  try {
    stream.pipeStreamData(&taking, nullptr, 0, qpdf_dl_specialized, false, false);
  } catch (const Full&) {
  }
  data.unpacked = std::max(data.bytes.size(), unpacking.given());
  data.is_refused = unpacking.has_refused;
  return data;
}

}  // namespace weft
