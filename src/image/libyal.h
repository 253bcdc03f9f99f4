// What libvmdk, libqcow and libvhdi have in common: opaque handles, an error object per call, and a read at an offset.
// A Library names one of them:
//   File, Problem                       its types
//   read(File*, void*, size_t, off64_t, Problem**), backtrace(Problem*, char*, size_t), free_problem(Problem**)
//   close(File*)
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "image/evidence_file.h"

namespace weft::image {

// The innermost reason, without the C function's name and the place: the first line of the library's backtrace. Frees
// the problem.
template <class Library>
std::string reason_of(typename Library::Problem*& problem) {
  if (!problem) return "the library gave no reason";
  std::string text(4096, '\0');
  if (Library::backtrace(problem, text.data(), text.size()) < 0) text = "the library gave no reason";
  Library::free_problem(&problem);
  problem = nullptr;
  text.resize(text.find_first_of(std::string_view("\n\0", 2)) == std::string::npos
                  ? text.size()
                  : text.find_first_of(std::string_view("\n\0", 2)));
  if (const size_t colon = text.find(": "); text.starts_with("lib") && colon != std::string::npos) {
    text.erase(0, colon + 2);
  }
  // Faults say where themselves, and neighbours with the same reason are one.
  text.resize(std::min(text.size(), text.find(" at offset: ")));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

template <class Library>
[[noreturn]] void fail(const std::string& what, const std::string& path, typename Library::Problem*& problem) {
  throw Error(what + " (" + reason_of<Library>(problem) + ")", path);
}

// A ByteSource over one or a chain of the library's files; the last one is read, the others are its parents.
template <class Library>
class LibyalSource final : public ByteSource {
 public:
  using Owned = Handle<typename Library::File, Library::close>;
  LibyalSource(std::vector<Owned> chain, uint64_t size) : chain_(std::move(chain)), size_(size) {}
  // A file lets go of its parent only when it is closed itself.
  ~LibyalSource() override {
    while (!chain_.empty()) chain_.pop_back();
  }
  uint64_t size() const override { return size_; }

  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size_) return 0;
    out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
    std::vector<Fault> found;
    read_patiently(offset, out, unit, found, [&](uint64_t at, MutableBytes piece) { return attempt(at, piece); });
    for (Fault& fault : found) {
      // Where the file was cut, the first of its last unit is there.
      for (uint64_t piece; (piece = std::min(fault.size, smallest)) > 0; fault.offset += piece, fault.size -= piece) {
        const MutableBytes there = out.subspan(fault.offset - offset, piece);
        if (attempt(fault.offset, there).empty()) continue;
        std::fill(there.begin(), there.end(), uint8_t{0});
        break;
      }
      if (fault.size > 0) add_fault(faults, fault.offset, fault.size, fault.what);
    }
    return out.size();
  }

 private:
  // What these containers map at once, mostly: a grain, a cluster. Where a piece of one is not there, hardly any is,
  // and asking for each piece takes hours for the lost half of a large disk.
  static constexpr uint64_t unit = 64 * KiB, smallest = 4 * KiB;

  std::string attempt(uint64_t offset, MutableBytes out) {
    while (!out.empty()) {
      typename Library::Problem* problem = nullptr;
      const auto n = Library::read(chain_.back().get(), out.data(), out.size(), off64_t(offset), &problem);
      if (n < 0) return reason_of<Library>(problem);
      if (n == 0) return "the container ends before its stated size";
      out = out.subspan(size_t(n));
      offset += uint64_t(n);
    }
    return {};
  }

  std::vector<Owned> chain_;
  uint64_t size_;
};

}  // namespace weft::image
