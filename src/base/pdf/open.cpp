// qpdf unpacks an object stream as a whole, whatever it unpacks to: how much they are is seen to before. Every other
// stream is stopped where it is too much.
#include "base/pdf/open.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "base/bytes.h"

namespace weft {
namespace {

constexpr size_t most_structure = 64 * MiB;  // of its object streams, which qpdf unpacks at once

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
class Counting final : public Pipeline {
 public:
  explicit Counting(size_t most) : Pipeline("counting", nullptr), left(most) {}
  void write(const unsigned char*, size_t size) override {
    left -= std::min(size, left);
    if (left == 0) throw Full();
  }
  void finish() override {}
  size_t left;
};

// What deflated bytes unpack to, as far as they do and as it is no more than `most`.
size_t unpacked_size(std::string_view packed, size_t most) {
  Counting counting(most);
  try {
    Pl_Flate inflate("inflate", &counting, Pl_Flate::a_inflate);
    inflate.write(as_bytes(packed).data(), packed.size());
    inflate.finish();
  } catch (const std::exception&) {
  }
  return most - counting.left;
}

// Where the structure is broken, qpdf tries every trailer; a document has one for each time it was changed.
bool may_have_structure(std::string_view document) {
  constexpr std::string_view trailer = "trailer";
  constexpr size_t most = 1000;
  size_t count = 0;
  for (size_t at = document.find(trailer); at != std::string_view::npos; at = document.find(trailer, at + 1)) ++count;
  return count <= most;
}

// qpdf unpacks an object stream as a whole, whatever it unpacks to. False when they are more than may be.
bool structure_is_small(std::string_view document) {
  size_t left = most_structure;
  for (const std::string_view type : {"/ObjStm", "/XRef"})
    for (size_t at = document.find(type); at != std::string_view::npos; at = document.find(type, at + 1)) {
      constexpr size_t longest_dictionary = 4 * KiB;
      constexpr std::string_view keyword = "stream";
      const size_t stream = document.substr(at, longest_dictionary).find(keyword);
      if (stream == std::string_view::npos) continue;
      size_t data = at + stream + keyword.size();
      while (data < document.size() && (document[data] == '\r' || document[data] == '\n')) ++data;
      const size_t end = std::min(document.find("endstream", data), document.size());
      const size_t unpacked = unpacked_size(document.substr(data, end - data), left);
      if (unpacked == left) return false;
      left -= unpacked;
      at = std::max(at, end - 1);
    }
  return true;
}

}  // namespace

void open_pdf(QPDF& pdf, std::string_view bytes) {
  if (!may_have_structure(bytes) || !structure_is_small(bytes)) throw std::runtime_error("too much structure");
  pdf.setLogger(QPDFLogger::create());
  pdf.setSuppressWarnings(true);
  pdf.processMemoryFile("document", bytes.data(), bytes.size());
}

std::vector<uint8_t> pdf_stream_data(QPDFObjectHandle stream, size_t most) {
  std::vector<uint8_t> bytes;
  if (!stream.isStream() || most == 0) return bytes;
  Taking taking(bytes, most);
  try {
    stream.pipeStreamData(&taking, nullptr, 0, qpdf_dl_specialized, false, false);
  } catch (const Full&) {
  }
  return bytes;
}

}  // namespace weft
