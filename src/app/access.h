// Questions: commands that show what is in a case and do not change it. The access log of the case holds each one
// twice: before anything is shown, with who asks and what; and afterwards, with how much was shown and the exit code.
// So what was shown is logged, whatever becomes of the process meanwhile.
//
// Where a question cannot be logged (the case is on a read-only medium, the disk is full) it is answered all the same:
// a copy of a case must be readable. Standard error says so, and the exit code is 5 where it would be 0, unless
// --unlogged was given.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "app/command.h"

namespace weft::app {

// What of an answer is logged: how much, never what.
struct Answer {
  std::map<std::string, uint64_t> counts;  // "rows", "bytes", …
  std::string withheld;                    // why it was not shown, where the scope keeps out what was asked for
  bool incomplete = false;                 // not every exhibit could be asked: ends in 5 instead of 0
};

// What becomes of an exit code 0 when the question could not be logged.
enum class NotLogged { attention, warning };

// Makes a command a question: adds --unlogged, and its callback. folder: of the case, as it will be when the command is
// called; it lives as long as `answer`, which gives the exit code. A folder that is no case has no log.
void add_question(App app, CLI::App& command, const std::string& folder, std::function<int(Answer&)> answer,
                  NotLogged otherwise = NotLogged::attention);

// For answers about all of a case: says on standard error which exhibits were taken in and not extracted yet, or which
// the links do not know yet, and that the answer is incomplete. What an answer does not have may be on these.
void note_not_extracted(const extract::Case& in, Answer& answer);
void note_behind(const std::vector<std::string>& labels, Answer& answer);

}  // namespace weft::app
