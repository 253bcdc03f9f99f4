// An append-only log whose lines are chained, so that a line that is changed, taken out or put in is seen. A line is a
// JSON object:
//
//   seq       1, 2, …
//   time      when, UTC
//   actor     user@host
//   action, detail   what was done
//   previous  hash of the line before; "" in the first
//   beside    hash of the last line of the case's other log at that moment; missing where there was none
//   mends     where the line before was cut off (kill -9, power cut): how many bytes it left, and their SHA-256
//   hash      SHA-256 of the same object without it (keys in order, no white space)
//
// A chain alone does not show that its last lines are gone. What a line of one log says to lie beside it in the other
// does, as long as not both are cut to fit. Nothing is signed: the chain shows a change, not who made it.
//
// Any number of processes may append at once: each holds an exclusive flock on the file while it looks at the last line
// and writes the next one. One thread at a time for an object; it holds nothing open between calls.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace weft::extract {

class ChainedLog {
 public:
  // mode: of the file, when it is made; less what the process's umask takes.
  explicit ChainedLog(std::string path, int mode = 0644) : path_(std::move(path)), mode_(mode) {}

  // Appends a line, synced when this returns, and gives its number. Error when it cannot be written, or when others
  // hold the file for longer than ten seconds; then it is as it was before.
  uint64_t append(const std::string& action, const nlohmann::json& detail, const std::string& beside);
  // Of the last whole line; "" when there is none, or it is not to be read.
  std::string last_hash() const;
  // Every line as an object; null for one that cannot be read. Empty when there is no file. Error when it is not to be
  // read.
  std::vector<nlohmann::json> lines() const;

  struct Checked {
    bool there = false;                                     // the file
    uint64_t lines = 0;                                     // that can be read
    std::vector<std::string> wrong, remarks;                // in words; a remark is no fault: a write that was cut off
    std::vector<std::string> hashes;                        // of its lines, sorted
    std::vector<std::pair<uint64_t, std::string>> besides;  // line, hash in the other log
  };
  // Reads all of it. Error when it is not to be read.
  Checked check() const;
  // Adds to checked.wrong the lines that name a line of the other log which is not there.
  void check_beside(Checked& checked, const ChainedLog& log, const Checked& other) const;

  const std::string& path() const { return path_; }
  std::string name() const;  // without its folder

 private:
  std::string path_;
  int mode_;
};

}  // namespace weft::extract
