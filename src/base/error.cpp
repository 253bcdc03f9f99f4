#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft {

Error::Error(std::string what, std::string path, int os_code)
    : message_(std::move(what)), path_(std::move(path)), os_code_(os_code) {
  if (!path_.empty()) message_ += ": " + path_;
  if (os_code_ != 0) message_ += std::string(": ") + std::strerror(os_code_);
}

Error Error::relayed(std::string message, int os_code) {
  Error error(std::move(message));
  error.os_code_ = os_code;
  return error;
}

void check_failed(const char* what, const char* file, unsigned line) {
  std::fprintf(stderr, "weft: internal error: %s (%s:%u). Please report this; the case is left as it is.\n", what, file,
               line);
  std::abort();
}

}  // namespace weft
