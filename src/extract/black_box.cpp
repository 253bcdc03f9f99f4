#include "extract/black_box.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <signal.h>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace weft::extract {
namespace {

thread_local Slot* own_slot = nullptr;

// For the tests that prove what a dying worker costs: WEFT_TEST_FAULT="crash page 0 scanner email" makes the worker
// crash (or "throw", or "hang", or "eat" memory) when it enters that very item. Never set outside tests.
struct TestFault {
  std::string how, item;
  static TestFault read() {
    const char* text = std::getenv("WEFT_TEST_FAULT");
    const char* space = text ? std::strchr(text, ' ') : nullptr;
    return space ? TestFault{std::string(text, space), space + 1} : TestFault{};
  }
  void happen() const {
    if (how == "crash") ::raise(SIGSEGV);
    if (how == "throw") throw std::out_of_range("a test's fault");
    while (how == "hang") ::pause();
    std::vector<std::string> eaten;
    while (how == "eat") eaten.emplace_back(64 << 20, 'x');
  }
};

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void on_fatal_signal(int signal) {
  if (own_slot) own_slot->ended.store(signal);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

BlackBox BlackBox::create() {
  Fd memory(::memfd_create("weft-worker", 0));  // inherited by the worker
  if (!memory || ::ftruncate(memory.get(), sizeof(Shared)) != 0) throw Error("cannot make shared memory", {}, errno);
  return map(std::move(memory));
}

BlackBox BlackBox::map(Fd memory) {
  void* at = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (at == MAP_FAILED) throw Error("cannot map shared memory", {}, errno);
  return BlackBox(std::move(memory), static_cast<Shared*>(at));  // fresh memory is zeros, which is the empty state
}

void BlackBox::say(const Error& error) {
  std::string_view text = error.what();
  text = text.substr(0, sizeof shared_->words);
  std::memcpy(shared_->words, text.data(), text.size());
  shared_->words_length = uint32_t(text.size());
  shared_->os_code = error.os_code();
}

std::string BlackBox::words() const {
  return {shared_->words, std::min<size_t>(shared_->words_length, sizeof shared_->words)};
}

BlackBox::~BlackBox() {
  if (shared_) ::munmap(shared_, sizeof(Shared));
}

std::vector<BlackBox::Active> BlackBox::active() const {
  std::vector<Active> out;
  int64_t now = steady_ns();
  for (size_t i = 0; i < slot_count; ++i) {
    const Slot& slot = shared_->slots[i];
    int64_t since = slot.since_ns.load();
    if (since == 0) continue;
    size_t length = std::min<size_t>(slot.length.load(), sizeof slot.item);
    out.push_back({i, std::string(slot.item, length), double(now - since) / 1e9, slot.ended.load()});
  }
  return out;
}

void record_fatal_signals() {
  struct sigaction action = {};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS}) ::sigaction(signal, &action, nullptr);
}

SlotWatch::SlotWatch(Slot& slot, const std::unordered_set<std::string>& set_aside, const std::atomic<bool>& stop)
    : slot_(slot), set_aside_(set_aside), stop_(stop), signal_stack_(64 * 1024) {
  own_slot = &slot_;
  stack_t stack = {};
  stack.ss_sp = signal_stack_.data();
  stack.ss_size = signal_stack_.size();
  ::sigaltstack(&stack, nullptr);
}

SlotWatch::~SlotWatch() {
  idle();
  own_slot = nullptr;
  stack_t stack = {};
  stack.ss_flags = SS_DISABLE;
  ::sigaltstack(&stack, nullptr);
}

bool SlotWatch::enter(std::string_view item) {
  item = item.substr(0, sizeof slot_.item);
  if (!set_aside_.empty() && set_aside_.count(std::string(item)) != 0) return false;
  std::memcpy(slot_.item, item.data(), item.size());
  slot_.length.store(uint32_t(item.size()), std::memory_order_relaxed);
  slot_.since_ns.store(steady_ns(), std::memory_order_release);
  static const TestFault fault = TestFault::read();
  if (!fault.item.empty() && fault.item == item) fault.happen();
  return true;
}

void SlotWatch::idle() {
  slot_.since_ns.store(0, std::memory_order_release);
}
void SlotWatch::failed() {
  std::terminate();  // says what it was, and aborts
}
void SlotWatch::ran_out_of_memory() {
  slot_.ended.store(out_of_memory);
}

}  // namespace weft::extract
