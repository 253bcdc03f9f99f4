// How one cell of a row lies in a unit file: read into a value of its own, or into a view of the bytes. What is cut
// short latches the cursor's failure.
#pragma once

#include <bit>
#include <optional>
#include <string>
#include <string_view>

#include "base/cursor.h"
#include "base/time.h"

namespace weft::pack {

inline void get_cell(Cursor& in, std::string_view& out) {
  out = in.take_text(in.u32le());
}
inline void get_cell(Cursor& in, std::string& out) {
  out = in.take_text(in.u32le());
}
inline void get_cell(Cursor& in, uint64_t& out) {
  out = in.u64le();
}
inline void get_cell(Cursor& in, bool& out) {
  out = in.u8() != 0;
}
inline void get_cell(Cursor& in, double& out) {
  out = std::bit_cast<double>(in.u64le());
}
inline void get_cell(Cursor& in, Time& out) {
  out.nanoseconds = int64_t(in.u64le());
}
template <class T>
void get_cell(Cursor& in, std::optional<T>& out) {
  if (in.u8() != 0)
    get_cell(in, out.emplace());
  else
    out.reset();
}

}  // namespace weft::pack
