// CPU seconds of one thread, and how a measured stage is printed: one JSON object a line, read by run.py.
#pragma once

#include <cstdint>
#include <cstdio>
#include <ctime>

namespace weft::bench {

inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

inline void print_stage(const char* stage, uint64_t bytes, double seconds, uint64_t found) {
  std::printf("{\"stage\": \"%s\", \"bytes\": %llu, \"cpu_seconds\": %.6f, \"found\": %llu}\n", stage,
              static_cast<unsigned long long>(bytes), seconds, static_cast<unsigned long long>(found));
}

}  // namespace weft::bench
