// Files of the case: whole or not there. Nothing here is for evidence, which src/image opens read-only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace weft {

// Owns a file descriptor; -1 when empty.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Owns what a C library handed out, and gives it back with Close. For libraries whose close takes the pointer itself.
template <class T, auto Close>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T* it) : it_(it) {}
  ~Handle() {
    if (it_) Close(it_);
  }
  Handle(Handle&& other) noexcept : it_(std::exchange(other.it_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(it_, other.it_);
    return *this;
  }
  T* get() const { return it_; }
  explicit operator bool() const { return it_ != nullptr; }

 private:
  T* it_ = nullptr;
};

// A file of ours mapped read-only. Error when it cannot be opened; an empty file maps to no bytes.
class Mapping {
 public:
  explicit Mapping(const std::string& path);
  ~Mapping();
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Bytes bytes() const { return bytes_; }
  void give_back() const;  // memory of pages that were read; they are read again when needed

 private:
  Bytes bytes_;
};

// The whole file as bytes; Error when it cannot be read.
std::string read_file(const std::string& path);
// Writes under a temporary name beside it, syncs, renames: a reader sees the old file or the new one, never a part.
void write_file(const std::string& path, std::string_view content, int mode = 0644);
// Renames and syncs the folder, so that the new name survives a power cut.
void publish(const std::string& temporary, const std::string& path);
void append_line(const std::string& path, std::string_view line);  // appends, syncs
bool exists(const std::string& path);

}  // namespace weft
