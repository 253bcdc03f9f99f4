// A file that a command writes where it was told to. Every command that takes the name of a file to write goes through
// here, so that none of them can destroy what the case rests on: the name may not lead, directly, by a link, or by
// another name of the same file, to evidence of the cases at hand, into a folder that is evidence, or into any case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::app {

// What is written under a temporary name beside it, and appears whole with publish(); a file of that name is replaced
// then, not before. Pipes and devices of characters (/dev/null, a terminal) are written to as they are. One thread.
class Output {
 public:
  // path: "-" is standard output. cases: folders of the cases whose evidence it must not be; what is no case is passed
  // over. UsageError when it is evidence, lies in a case, or is nothing that can be written; Error when it cannot be.
  Output(const std::string& path, const std::vector<std::string>& cases);
  ~Output();  // takes back what was not published
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Where to write: "-" for standard output.
  const std::string& path() const { return writing_; }
  // Syncs what was written and gives it its name. Error when it cannot.
  void publish();

 private:
  std::string wanted_, writing_;
  bool temporary_ = false;
};

}  // namespace weft::app
