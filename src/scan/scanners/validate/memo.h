// Answers that are dear to get and asked for again and again, remembered: the last one for each slot of a small table.
// One per thread (thread_local at the place of use). What is asked must be a pure function of the question, so that an
// answer is the same whether it was remembered or not.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace weft::scan {

template <class Answer>
class Memo {
 public:
  template <class Ask>
  const Answer& of(std::string_view question, Ask ask) {
    Slot& slot = slots_[std::hash<std::string_view>()(question) % slots_.size()];
    if (!slot.used || slot.question != question) {
      slot.answer = ask();
      slot.question = question;
      slot.used = true;
    }
    return slot.answer;
  }

 private:
  struct Slot {
    std::string question;
    Answer answer{};
    bool used = false;
  };
  std::array<Slot, 1024> slots_;
};

}  // namespace weft::scan
