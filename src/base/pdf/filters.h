// What qpdf may unpack. qpdf unpacks object streams and cross-reference streams by itself, each as a whole, and one
// filter of a stream after the other: here all that any of them gives is counted. One thread; several may be nested.
#pragma once

#include <cstddef>

namespace weft {

class PdfUnpacking {
 public:
  // While it lives, the filters of all streams that this thread unpacks give no more than `most` bytes together. The
  // innermost one counts.
  explicit PdfUnpacking(size_t most);
  ~PdfUnpacking();
  PdfUnpacking(const PdfUnpacking&) = delete;
  PdfUnpacking& operator=(const PdfUnpacking&) = delete;

  size_t given() const { return most_ - left_; }
  bool is_spent() const { return left_ == 0; }
  // Throws std::exception when there is no more.
  void take(size_t bytes);
  size_t filters = 0;        // that are there now
  bool has_refused = false;  // a stream of too many filters, or of too long rows

 private:
  size_t most_, left_;
  PdfUnpacking* outer_;
};

}  // namespace weft
