// A growing array of plain structs that does not have to fit into memory: beyond its budget it lies in a file without a
// name, mapped, and the system keeps of it what there is room for. One writer; many readers once it does not grow.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace weft::link {

template <class T>
class LargeArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  LargeArray() = default;
  // folder: where the file goes when more than `budget` bytes come together.
  LargeArray(std::string folder, uint64_t budget) : folder_(std::move(folder)), budget_(budget) {}
  ~LargeArray() { unmap(); }
  LargeArray(LargeArray&& other) noexcept { *this = std::move(other); }
  LargeArray& operator=(LargeArray&& other) noexcept {
    std::swap(memory_, other.memory_), std::swap(file_, other.file_), std::swap(mapped_, other.mapped_);
    std::swap(size_, other.size_), std::swap(capacity_, other.capacity_);
    std::swap(folder_, other.folder_), std::swap(budget_, other.budget_);
    return *this;
  }

  size_t size() const { return mapped_ ? size_ : memory_.size(); }
  const T* data() const { return mapped_ ? mapped_ : memory_.data(); }
  const T& operator[](size_t i) const { return data()[i]; }
  T& operator[](size_t i) { return mapped_ ? mapped_[i] : memory_[i]; }
  std::span<const T> items() const { return {data(), size()}; }
  bool in_file() const { return mapped_ != nullptr; }

  void push_back(const T& item) {
    if (!mapped_ && (memory_.size() < memory_.capacity() || 2 * memory_.size() * sizeof(T) <= budget_))
      return memory_.push_back(item);
    if (!mapped_ || size_ == capacity_) grow();
    mapped_[size_++] = item;
  }
  // Memory of what was touched in the file; it is there again when it is needed.
  void give_back() const {
    if (mapped_) ::madvise(mapped_, capacity_ * sizeof(T), MADV_DONTNEED);
  }

 private:
  void grow() {
    size_t wanted = std::max<size_t>(2 * size(), (1 << 20) / sizeof(T));
    if (!file_) {
      std::string path = folder_ + "/array-XXXXXX";
      file_ = Fd(::mkostemp(path.data(), O_CLOEXEC));
      if (!file_) throw Error("cannot create a file in", folder_, errno);
      ::unlink(path.c_str());
    }
    // Reserved on the disk: a full one is an error here, and not a signal at some access.
    if (int code = ::posix_fallocate(file_.get(), 0, off_t(wanted * sizeof(T))))
      throw Error("cannot write in", folder_, code);
    void* at = mapped_ ? ::mremap(mapped_, capacity_ * sizeof(T), wanted * sizeof(T), MREMAP_MAYMOVE)
                       : ::mmap(nullptr, wanted * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (at == MAP_FAILED) throw Error("cannot map a file in", folder_, errno);
    bool first = !mapped_;
    mapped_ = static_cast<T*>(at), capacity_ = wanted;
    if (!first) return;
    for (const T& item : memory_) mapped_[size_++] = item;
    memory_ = {};
  }
  void unmap() {
    if (mapped_) ::munmap(mapped_, capacity_ * sizeof(T));
    mapped_ = nullptr;
  }

  std::vector<T> memory_;
  Fd file_;
  T* mapped_ = nullptr;
  size_t size_ = 0, capacity_ = 0;  // in the file
  std::string folder_;
  uint64_t budget_ = UINT64_MAX;
};

}  // namespace weft::link
