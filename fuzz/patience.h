// How long one input may take. Sanitizers take their time, too.
#pragma once

#include <ctime>

namespace weft::fuzz {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr double patience = 40;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr double patience = 40;
#else
inline constexpr double patience = 4;
#endif
#else
inline constexpr double patience = 4;
#endif

// Of this thread.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

}  // namespace weft::fuzz
