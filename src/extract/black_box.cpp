#include "extract/black_box.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>

#include "base/error.h"
#include "base/file.h"

namespace weft::extract {
namespace {

thread_local Slot* own_slot = nullptr;

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void on_fatal_signal(int signal) {
  if (own_slot) own_slot->ended.store(signal);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

BlackBox::Shared* map_file(int fd, const std::string& path) {
  void* at = ::mmap(nullptr, sizeof(BlackBox::Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) throw Error("cannot map", path, errno);
  return static_cast<BlackBox::Shared*>(at);
}

}  // namespace

BlackBox BlackBox::create(const std::string& path) {
  ::unlink(path.c_str());
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd || ::ftruncate(fd.get(), sizeof(Shared)) != 0) throw Error("cannot create", path, errno);
  return BlackBox(new (map_file(fd.get(), path)) Shared{});
}

BlackBox BlackBox::map(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) throw Error("cannot open", path, errno);
  return BlackBox(map_file(fd.get(), path));
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
  return true;
}

void SlotWatch::idle() { slot_.since_ns.store(0, std::memory_order_release); }
void SlotWatch::ran_out_of_memory() { slot_.ended.store(out_of_memory); }

}  // namespace weft::extract
