// The filters that may give more than they are given (ISO 32000-1 §7.4.4, §7.4.5), in the place of qpdf's own, which
// stop nowhere: an object stream of 5 KB becomes 2 GB of memory, and so does the row of a predictor that is said to be
// so long. The others (ASCII85, ASCIIHex) give less than they are given, and stay qpdf's.
#include "base/pdf/filters.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/pdf/qpdf.h"

namespace weft {
namespace {

// qpdf makes a filter by its name alone, so the one that counts is found by the thread.
thread_local PdfUnpacking* innermost = nullptr;

struct Full : std::exception {
  const char* what() const noexcept override { return "more than may be unpacked"; }
};

class Counted final : public Pipeline {
 public:
  explicit Counted(Pipeline* to) : Pipeline("counted", to), by_(innermost) {}
  void write(const unsigned char* data, size_t size) override {
    if (by_) by_->take(size);
    getNext()->write(data, size);
  }
  void finish() override { getNext()->finish(); }

 private:
  PdfUnpacking* by_;
};

// §7.4.4.4: rows that were written as what they differ by, with PNG's filters or TIFF's predictor 2.
struct Rows {
  int predictor = 1;
  size_t bytes = 1, pixel = 1;  // of a row, of a pixel
  bool is_png() const { return predictor >= 10; }
};
class Predicted final : public Pipeline {
 public:
  Predicted(const Rows& rows, Pipeline* to) : Pipeline("predicted", to), rows_(rows) {}

  void write(const unsigned char* data, size_t size) override {
    const size_t whole = rows_.bytes + rows_.is_png();
    if (above_.empty()) {
      if (innermost) innermost->take(2 * rows_.bytes);
      above_.resize(rows_.bytes);
    }
    while (size > 0) {
      const size_t part = std::min(size, whole - row_.size());
      row_.insert(row_.end(), data, data + part);
      data += part, size -= part;
      if (row_.size() == whole) give();
    }
  }
  void finish() override {
    if (!row_.empty()) row_.resize(rows_.bytes + rows_.is_png()), give();
    getNext()->finish();
  }

 private:
  void give() {
    uint8_t* const row = row_.data() + rows_.is_png();
    const uint8_t filter = rows_.is_png() ? row_[0] : 1;
    for (size_t i = 0; i < rows_.bytes; ++i) {
      const bool first = i < rows_.pixel;
      const int left = first ? 0 : row[i - rows_.pixel], up = above_[i], corner = first ? 0 : above_[i - rows_.pixel];
      const int guess = filter == 1   ? left
                        : filter == 2 ? up
                        : filter == 3 ? (left + up) / 2
                        : filter == 4 ? nearest(left, up, corner)
                                      : 0;
      row[i] = uint8_t(row[i] + guess);
    }
    std::copy_n(row, rows_.bytes, above_.begin());
    getNext()->write(row, rows_.bytes);
    row_.clear();
  }
  // Paeth's: the one that is nearest to left + up - corner.
  static int nearest(int left, int up, int corner) {
    const int to_left = std::abs(up - corner), to_up = std::abs(left - corner),
              to_corner = std::abs(left + up - 2 * corner);
    return to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner;
  }

  Rows rows_;
  std::vector<uint8_t> row_, above_;
};

// §7.4.4.2. A code is a byte, or the text of an earlier code and one byte more.
class Lzw final : public Pipeline {
 public:
  Lzw(bool early, Pipeline* to) : Pipeline("lzw", to), early_(early) {}

  void write(const unsigned char* data, size_t size) override {
    for (; size > 0 && !ended_; ++data, --size) {
      bits_ = bits_ << 8 | *data, count_ += 8;
      if (count_ < width_) continue;
      count_ -= width_;
      const uint32_t read = bits_ >> count_ & ((1u << width_) - 1);
      bits_ &= (1u << count_) - 1;
      code(read);
    }
    flush();
  }
  void finish() override { getNext()->finish(); }

 private:
  static constexpr uint32_t clear = 256, end = 257, first_text = 258, most_texts = 4096;
  struct Text {
    uint32_t before;  // code
    uint8_t last, first;
    uint32_t size;
  };

  void code(uint32_t code) {
    if (code == end) {
      ended_ = true;
      return;
    }
    if (code == clear) {
      texts_.clear(), width_ = 9, before_ = clear;
      return;
    }
    const uint32_t made = first_text + uint32_t(texts_.size());
    if (code > made || (code == made && before_ == clear) || (before_ != clear && made == most_texts)) {
      flush();
      throw std::runtime_error("wrong code of LZW");
    }
    if (before_ != clear) {
      const Text earlier = text(before_);
      const uint8_t last = code == made ? earlier.first : text(code).first;
      texts_.push_back({before_, last, earlier.first, earlier.size + 1});
      const uint32_t changes = made + early_;
      if (changes == 511 || changes == 1023 || changes == 2047) ++width_;
    }
    before_ = code;
    const size_t begin = out_.size();
    out_.resize(begin + text(code).size);
    for (size_t at = out_.size(); at > begin; code = text(code).before) out_[--at] = text(code).last;
    constexpr size_t much = 64 * KiB;
    if (out_.size() >= much) flush();
  }
  Text text(uint32_t code) const {
    return code < clear ? Text{code, uint8_t(code), uint8_t(code), 1} : texts_.at(code - first_text);
  }
  void flush() {
    if (!out_.empty()) getNext()->write(out_.data(), out_.size());
    out_.clear();
  }

  bool early_, ended_ = false;
  uint32_t bits_ = 0, count_ = 0, width_ = 9, before_ = clear;
  std::vector<Text> texts_;
  std::vector<uint8_t> out_;
};

enum class Kind { flate, lzw, run_length };

class Filter final : public QPDFStreamFilter {
 public:
  explicit Filter(Kind kind) : kind_(kind), by_(innermost) {
    if (by_) ++by_->filters;
  }
  ~Filter() override {
    if (by_) --by_->filters;
  }

  // False where qpdf is to leave the stream as it is.
  bool setDecodeParms(QPDFObjectHandle parameters) override {
    constexpr size_t most_filters = 8;  // at once, each with its buffers; a stream has two at most
    if (by_ && by_->filters > most_filters) return refuse();
    if (parameters.isNull()) return true;
    if (kind_ == Kind::run_length) return false;
    if (!parameters.isDictionary()) return true;
    bool right = true;
    const auto number = [&](const char* key, int otherwise) {
      QPDFObjectHandle value = parameters.getKey(key);
      if (value.isNull()) return otherwise;
      if (!value.isInteger()) right = false;
      return value.isInteger() ? value.getIntValueAsInt() : otherwise;
    };
    rows_.predictor = number("/Predictor", 1);
    const int columns = number("/Columns", 1), colors = number("/Colors", 1), bits = number("/BitsPerComponent", 8);
    const int early = kind_ == Kind::lzw ? number("/EarlyChange", 1) : 1;
    early_ = early == 1;
    if (!right || early < 0 || early > 1) return false;
    if (rows_.predictor == 1) return true;
    if (columns < 1 || colors < 1 || bits < 1 || bits > 16 || (bits & (bits - 1)) != 0) return false;
    constexpr int most_columns = 1 << 20, most_colors = 256;  // no picture has more
    if (columns > most_columns || colors > most_colors) return refuse();
    rows_.bytes = (size_t(columns) * size_t(colors) * size_t(bits) + 7) / 8;
    rows_.pixel = (size_t(colors) * size_t(bits) + 7) / 8;
    return (rows_.predictor == 2 && bits == 8) || (rows_.predictor >= 10 && rows_.predictor <= 15);
  }
  bool isSpecializedCompression() override { return kind_ == Kind::run_length; }

  // qpdf asks once, and gives what zlib warns of the pipeline itself.
  Pipeline* getDecodePipeline(Pipeline* next) override {
    if (rows_.predictor > 1) next = &predicted_.emplace(rows_, next);
    next = &counted_.emplace(next);
    if (kind_ == Kind::flate)
      first_ = std::make_unique<Pl_Flate>("flate", next, Pl_Flate::a_inflate);
    else if (kind_ == Kind::lzw)
      first_ = std::make_unique<Lzw>(early_, next);
    else
      first_ = std::make_unique<Pl_RunLength>("run length", next, Pl_RunLength::a_decode);
    return first_.get();
  }

 private:
  bool refuse() {
    if (by_) by_->has_refused = true;
    return false;
  }

  Kind kind_;
  PdfUnpacking* by_;
  bool early_ = true;
  Rows rows_;
  std::optional<Predicted> predicted_;
  std::optional<Counted> counted_;
  std::unique_ptr<Pipeline> first_;
};

bool register_filters() {
  for (const auto& [name, kind] : {std::pair("/FlateDecode", Kind::flate), std::pair("/LZWDecode", Kind::lzw),
                                   std::pair("/RunLengthDecode", Kind::run_length)})
    QPDF::registerStreamFilter(name, [kind = kind] { return std::make_shared<Filter>(kind); });
  return true;
}

}  // namespace

PdfUnpacking::PdfUnpacking(size_t most) : most_(most), left_(most), outer_(std::exchange(innermost, this)) {
  // Whoever unpacks comes by here before.
  [[maybe_unused]] static const bool registered = register_filters();
}
PdfUnpacking::~PdfUnpacking() {
  innermost = outer_;
}

void PdfUnpacking::take(size_t bytes) {
  left_ -= std::min(left_, bytes);
  if (left_ == 0) throw Full();
}

}  // namespace weft
