// What kind of content a file has, as a MIME type: by its first bytes, never by its name.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/file.h"

extern "C" struct magic_set;

namespace weft::extract {

// libmagic, asked only where a quick look leaves doubt: it takes some 0.3 to 1 ms a file, more than all else that is
// done to a small one. One thread. Error when libmagic has no database.
class ContentType {
 public:
  static constexpr size_t head = 32 * KiB;  // bytes it is shown, at most

  ContentType();
  ~ContentType();
  std::string of(Bytes first);

  // The type, where a few signs settle it; empty where libmagic has to look. Its names are libmagic's.
  static std::string_view quick(Bytes first);
  std::string libmagic(Bytes first);

 private:
  magic_set* magic_;
};

}  // namespace weft::extract
