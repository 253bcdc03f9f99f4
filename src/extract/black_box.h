// BlackBox: memory shared between a worker and whoever watches it. Each thread of the worker writes what it is about to
// touch into a slot of its own; the watcher reads the slots when the worker has died or hangs, and so knows the
// culprit. It carries the progress counters and the worker's last words too. One worker writes, one watcher reads. It
// is memory without a file (memfd), handed down as a descriptor: it works on a full disk.
#pragma once

#include <atomic>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/watch.h"

namespace weft::extract {

// Each thread that works takes one slot: the reader, and up to 62 scanning threads.
inline constexpr size_t slot_count = 64;

struct Slot {
  std::atomic<int64_t> since_ns;  // steady clock, when the item was entered; 0 when idle
  std::atomic<int32_t> ended;     // signal number that this thread got, or out_of_memory
  std::atomic<uint32_t> length;
  char item[500];
};
inline constexpr int out_of_memory = 1000;

struct Counters {
  std::atomic<uint64_t> stage, done, total, features, problems;
};
enum Stage : uint64_t { opening = 0, walking = 1, scanning = 2, reading_files = 3, finished = 4 };

class BlackBox {
 public:
  // Makes a fresh one (watcher) or maps the one behind an inherited descriptor (worker). Error when that fails.
  static BlackBox create();
  static BlackBox map(Fd memory);
  ~BlackBox();
  BlackBox(BlackBox&& other) noexcept
      : memory_(std::move(other.memory_)), shared_(std::exchange(other.shared_, nullptr)) {}
  int descriptor() const { return memory_.get(); }

  struct Shared {
    Counters counters;
    Slot slots[slot_count];
    std::atomic<int> os_code;  // of the Error that ended the worker
    std::atomic<uint32_t> words_length;
    char words[2000];  // and what it said
  };
  void say(const Error& error);
  std::string words() const;
  Shared& shared() { return *shared_; }

  struct Active {
    size_t slot;
    std::string item;
    double seconds;
    int ended;
  };
  std::vector<Active> active() const;

 private:
  BlackBox(Fd memory, Shared* shared) : memory_(std::move(memory)), shared_(shared) {}
  Fd memory_;
  Shared* shared_;
};

// Makes fatal signals write the guilty slot before the process dies of them, also on stack overflow.
void record_fatal_signals();

// The Watch of one worker thread. While it lives, fatal signals of this thread go to its slot.
class SlotWatch final : public Watch {
 public:
  SlotWatch(Slot& slot, const std::unordered_set<std::string>& set_aside, const std::atomic<bool>& stop);
  ~SlotWatch() override;
  SlotWatch(const SlotWatch&) = delete;
  bool enter(std::string_view item) override;
  void idle();  // nothing is being touched: waiting does not count as hanging
  void ran_out_of_memory();
  // To be called where an exception is caught that nobody foresaw: what the thread is at ends the worker, like a crash.
  [[noreturn]] void failed();
  bool stopping() const override { return stop_.load(std::memory_order_relaxed); }

 private:
  Slot& slot_;
  const std::unordered_set<std::string>& set_aside_;
  const std::atomic<bool>& stop_;
  std::vector<char> signal_stack_;
};

}  // namespace weft::extract
