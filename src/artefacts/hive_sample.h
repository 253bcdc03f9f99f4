// A registry hive as small as can be, made by the compiler: one path of keys, and one value in the last of them.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace weft::artefacts {

class SampleHive {
 public:
  // data of more than four bytes.
  constexpr SampleHive(std::initializer_list<std::string_view> path, std::string_view value, std::string_view data,
                       uint32_t type) {
    text("regf"), number(1), number(1);
    at_ = 36, number(0);
    at_ = 4096, text("hbin"), at_ = 4096 + 32;
    set(36, here());
    size_t left = path.size();
    for (std::string_view name : path) {
      --left;
      begin();
      text("nk"), number(0x20, 2), number(0, 4), number(0x01D00000), at_ += 8;
      number(left ? 1 : 0), number(0);
      size_t lists = at_;
      at_ += 16, at_ += 28;
      number(uint32_t(name.size()), 2), number(0, 2), text(name);
      end();
      set(lists, 0xFFFFFFFF), set(lists + 8, left ? 0 : 1), set(lists + 12, 0xFFFFFFFF);
      if (left) {
        set(lists, here());
        begin(), text("li"), number(1, 2), number(here() + 8), end();
      } else {
        set(lists + 12, here());
        begin(), number(here() + 4), end();
        begin(), text("vk"), number(uint32_t(value.size()), 2), number(uint32_t(data.size()));
        size_t cell = at_;
        number(0), number(type), number(1, 2), number(0, 2), text(value), end();
        set(cell, here());
        begin(), text(data), end();
      }
    }
  }
  constexpr std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  constexpr uint32_t here() const { return uint32_t(at_ - 4096); }
  constexpr void text(std::string_view bytes) {
    for (char byte : bytes) bytes_[at_++] = byte;
  }
  constexpr void number(uint32_t value, unsigned width = 4) {
    for (unsigned i = 0; i < width; ++i) bytes_[at_++] = char(value >> (8 * i));
  }
  constexpr void set(size_t where, uint32_t value) {
    size_t back = at_;
    at_ = where, number(value), at_ = back;
  }
  constexpr void begin() { begin_ = at_, at_ += 4; }
  constexpr void end() {
    at_ = (at_ + 7) / 8 * 8;
    set(begin_, uint32_t(begin_ - at_));
  }

  std::array<char, 5120> bytes_{};
  size_t at_ = 0, begin_ = 0;
};

}  // namespace weft::artefacts
