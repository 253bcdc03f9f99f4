// What all commands share: where they are registered, their common options, and the exit codes of docs/exit-codes.md.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

#include "base/error.h"
#include "extract/case.h"
#include "extract/lists.h"
#include "model/limits.h"

namespace weft::app {

enum ExitCode {
  exit_ok = 0,
  exit_internal = 1,   // our own mistake
  exit_usage = 2,      // the command line
  exit_input = 3,      // an input cannot be taken in
  exit_in_use = 4,     // another run holds the case
  exit_attention = 5,  // done, but something needs a human: a stored hash that does not match, a check that failed
  exit_world = 6,      // disk full, I/O error, no memory
  exit_interrupted = 130,
};

// An argument that makes no sense, or would do harm: exit_usage.
class UsageError : public Error {
 public:
  using Error::Error;
};

// The world's failures and the input's are told apart by the system's code: no code, no failing system.
int code_of(const Error& error);
// Of whatever exception is being handled.
int code_of_current_exception();

// Each command adds itself; its callback sets the exit code.
struct App {
  CLI::App& cli;
  int& code;
  const std::vector<std::string>& arguments;  // as they were given, without the program's name
};
void add_new(App app);
void add_add(App app);
void add_extract(App app);
void add_link(App app);
void add_report(App app);
void add_run(App app);
void add_search(App app);
void add_show(App app);
void add_verify(App app);
void add_export(App app);
void add_log(App app);
void add_stoplist(App app);
void add_scope(App app);
void add_evaluate(App app);
void add_links(App app);
void add_neighbours(App app);
void add_owners(App app);
void add_cluster(App app);
void add_who(App app);
void add_background(App app);
void add_worker(App app);

// Set by Ctrl-C and SIGTERM; a second one ends the process at once.
extern std::atomic<bool> stop;

struct CommonOptions {
  unsigned threads = 0;  // 0: as many as there are cores
  uint64_t memory = 2 * GiB;
  uint64_t item_seconds = Limits{}.item_seconds;
  bool scan_all = false;  // contents that an earlier exhibit has, too
  extract::Lists::Paths lists;
  Limits limits() const;
  unsigned thread_count() const;
};
void add_common(CLI::App& command, CommonOptions& options);
void add_scan_all(CLI::App& command, CommonOptions& options);  // of the commands that extract
void add_lists(CLI::App& command, CommonOptions& options);     // the same
// Reads and checks them: before anything else is done, since a run with a broken list would not be what was asked for.
extract::Lists checked_lists(const CommonOptions& options);

struct CustodyOptions {
  extract::Exhibit facts;
};
void add_custody(CLI::App& command, CustodyOptions& options);

// Colour only where a terminal shows it and NO_COLOR is not set.
bool wants_colour(int fd);

// Background files to link against, and the keys of those whose key is held apart.
struct BackgroundFiles {
  std::vector<std::string> files, keys;
};
void add_background_files(CLI::App& command, BackgroundFiles& options);

// The steps that `run` puts together; each is also a command.
struct Outcome {
  int code = exit_ok;
  void worst(int other);  // keeps the one a script should see first
};
Outcome take_in(extract::Case& in, const std::vector<std::string>& evidence, const CustodyOptions& custody);
Outcome extract_all(extract::Case& in, const std::vector<std::string>& labels, const CommonOptions& options,
                    const extract::Lists& lists);
Outcome link_all(extract::Case& in, const BackgroundFiles& backgrounds, const CommonOptions& options);
// False when the case's links are left out, being of other scope rules or of another version.
bool report_all(extract::Case& in, const CommonOptions& options, bool summary);

}  // namespace weft::app
