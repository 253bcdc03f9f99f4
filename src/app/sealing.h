// Exhibits that were read are sealed here, beside the reading of the next: sealing is little work for many threads.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/progress.h"
#include "base/error.h"
#include "extract/exhibit.h"
#include "pack/database.h"

namespace weft::app {

// Used by the main thread, which alone prints.
class Sealing {
 public:
  // Outcomes go to `outcome`. All outlive it.
  Sealing(extract::Case& in, const CommonOptions& options, ProgressLine& line, Outcome& outcome);
  ~Sealing();  // waits for what is under way

  // Of an exhibit that was read whole. Waits while as many are under way as may be beside a reading; none may with one
  // thread, or little memory.
  void begin(std::unique_ptr<extract::Extraction> read);
  // Prints what became of those that have ended, in their order.
  void print_ended();
  // Waits until all have ended, and prints it.
  void finish();
  // Of an exhibit that was sealed before this run.
  void print_sealed_before(const std::string& label);
  void print_failed(const std::string& label, const Error& error);

 private:
  struct UnderWay;
  void print_sealed(const std::string& label, const std::string& how);
  void wait_for(size_t left);  // until no more are under way
  void print_first();
  std::unique_ptr<pack::Database> database();

  extract::Case& in_;
  const CommonOptions& options_;
  ProgressLine& line_;
  Outcome& outcome_;
  const size_t most_beside_;
  std::vector<std::unique_ptr<pack::Database>> idle_;  // opening one takes as long as sealing a small exhibit
  std::deque<std::unique_ptr<UnderWay>> under_way_;
};

}  // namespace weft::app
