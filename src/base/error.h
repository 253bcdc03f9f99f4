// The three channels for what goes wrong, of which this file holds two:
//   the evidence is broken -> a ProblemRow in the pack (model/rows.h); work goes on
//   the world is broken    -> Error, thrown; caught at named places only (one file, one exhibit, one request, main)
//   our own code is broken -> check(), which stops the process, in release builds too
#pragma once

#include <exception>
#include <string>

namespace weft {

// What the user is told: what failed, on which path, and the system's reason if there is one.
class Error : public std::exception {
 public:
  Error(std::string what, std::string path = {}, int os_code = 0);
  const char* what() const noexcept override { return message_.c_str(); }
  // An error that another process met, in its own words.
  static Error relayed(std::string message, int os_code);
  const std::string& path() const { return path_; }
  int os_code() const { return os_code_; }

 private:
  std::string message_, path_;
  int os_code_;
};

[[noreturn]] void check_failed(const char* what, const char* file, unsigned line);

// Stops the process when our own reasoning is wrong. Never used on evidence or on the world.
inline void check(bool holds, const char* what, const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
  if (!holds) check_failed(what, file, line);
}

}  // namespace weft
