// Who ended the worker? A fatal signal is recorded by the thread that got it, so the culprit is what that thread was
// at. A hang is the slot that has stood still longest. When neither is known (the system's memory killer, a kill from
// outside) the worker just starts again; when that happens a second time it starts with one thread, and if it still
// dies, the one item it was at is the culprit.
#include "extract/engine.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "extract/black_box.h"

namespace weft::extract {
namespace {

constexpr int exit_error = 3, exit_world = 6, exit_stopped = 130;  // of the worker command; see src/app/worker.cpp

void limit(int what, uint64_t bytes) {
  rlimit value{bytes, bytes};
  ::setrlimit(__rlimit_resource(what), &value);
}

// Starts PROGRAM worker …; what libraries print goes to a file, its death follows ours.
pid_t start(const LocalEngine& engine, const WorkerOptions& options, unsigned threads, const BlackBox& box,
            const std::string& words) {
  std::vector<std::string> text = {"weft",
                                   "worker",
                                   engine.case_folder,
                                   options.exhibit,
                                   "--threads",
                                   std::to_string(threads),
                                   "--memory",
                                   std::to_string(options.limits.memory),
                                   "--item-seconds",
                                   std::to_string(options.limits.item_seconds),
                                   "--box",
                                   std::to_string(box.descriptor())};
  if (options.seen.empty()) text.push_back("--scan-all");
  const Lists::Paths lists = options.lists.paths();  // stop lists are the coordinator's
  for (const std::string& path : lists.words) text.insert(text.end(), {"--words", path});
  for (const std::string& path : lists.rules) text.insert(text.end(), {"--rules", path});
  std::vector<char*> arguments;
  arguments.reserve(text.size() + 1);
  for (std::string& one : text) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  Fd out(::open(words.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  Fd in(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!out) out = Fd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!out || !in) throw Error("cannot open", "/dev/null", errno);
  pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw Error("cannot start a worker process", {}, errno);
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);  // Ctrl-C reaches the watcher, who asks the worker to stop
  ::dup2(in.get(), 0), ::dup2(out.get(), 1), ::dup2(out.get(), 2);
  // Buffers that come and go stay with the process: giving them back and taking them again costs more than using them.
  ::setenv("MALLOC_ARENA_MAX", "2", 1);
  ::setenv("MALLOC_MMAP_THRESHOLD_", "67108864", 1);
  ::setenv("MALLOC_TRIM_THRESHOLD_", "134217728", 1);
  ::setenv("TZ", "UTC", 1);
  limit(RLIMIT_AS, options.limits.memory);  // what is mapped here for sealing may be more than that
  limit(RLIMIT_CORE, 0);
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(127);
}

struct Ending {
  bool exited = false;
  int code = 0;       // exit code or signal
  bool hung = false;  // we ended it
  std::vector<BlackBox::Active> active;
};

Ending watch(const LocalEngine& engine, const WorkerOptions& options, pid_t worker, BlackBox& box,
             std::chrono::steady_clock::time_point began) {
  static const char* const stages[] = {"opening", "walking", "scanning", "reading files", "finished"};
  Ending ending;
  bool asked = false;
  for (;;) {
    int status = 0;
    if (::waitpid(worker, &status, WNOHANG) == worker) {
      ending.exited = WIFEXITED(status);
      ending.code = ending.exited ? WEXITSTATUS(status) : WTERMSIG(status);
      ending.active = box.active();
      return ending;
    }
    if (engine.stop && !asked) asked = ::kill(worker, SIGINT) == 0;
    for (const BlackBox::Active& active : box.active()) {
      if (active.seconds < double(options.limits.item_seconds) || ending.hung) continue;
      ending.hung = true;
      ::kill(worker, SIGKILL);
    }
    if (engine.progress) {
      Counters& counters = box.shared().counters;
      double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      engine.progress({options.exhibit, stages[std::min<uint64_t>(counters.stage, 4)], counters.done, counters.total,
                       counters.features, counters.problems, seconds});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

struct Culprit {
  std::string item, reason;
};

Culprit find_culprit(const Ending& ending, bool alone, uint64_t item_seconds) {
  for (const BlackBox::Active& active : ending.active)
    if (active.ended == out_of_memory) return {active.item, "it needed more memory than the limit"};
  for (const BlackBox::Active& active : ending.active)
    if (active.ended != 0) return {active.item, std::string("it crashed a worker: ") + ::strsignal(active.ended)};
  if (ending.hung) {
    auto longest = std::max_element(ending.active.begin(), ending.active.end(),
                                    [](auto& a, auto& b) { return a.seconds < b.seconds; });
    if (longest != ending.active.end())
      return {longest->item, "it took longer than " + std::to_string(item_seconds) + " s"};
  }
  if (alone && !ending.active.empty())
    return {ending.active.back().item,
            std::string("it ended a worker: ") + (ending.exited ? "exit" : ::strsignal(ending.code))};
  return {};
}

}  // namespace

bool run_local(const LocalEngine& engine, const WorkerOptions& options) {
  std::string words = options.work + "/worker.log", set_aside = options.work + "/set_aside.jsonl";
  auto began = std::chrono::steady_clock::now();
  unsigned unexplained = 0;
  for (unsigned tries = 0;; ++tries) {
    if (tries == 10'000) throw Error("the worker was ended 10,000 times by this exhibit; given up", options.path);
    BlackBox box = BlackBox::create();
    bool alone = unexplained >= 2;
    Ending ending = watch(engine, options, start(engine, options, alone ? 1 : options.threads, box, words), box, began);
    if (ending.exited && ending.code == 0) return true;
    if (engine.stop || (ending.exited && ending.code == exit_stopped)) return false;
    if (ending.exited && (ending.code == exit_error || ending.code == exit_world))
      throw Error::relayed(box.words().empty() ? "the worker failed: " + read_file(words) : box.words(),
                           box.shared().os_code);
    if (ending.exited && ending.code == 127) throw Error("cannot start a worker process");
    Culprit culprit = find_culprit(ending, alone, options.limits.item_seconds);
    if (culprit.item.empty()) {
      if (++unexplained > 5)
        throw Error(
            "the worker is ended again and again from outside (memory of the machine, a kill?): " + read_file(words),
            options.path);
      continue;
    }
    nlohmann::json line = {{"item", culprit.item}, {"reason", culprit.reason}};
    append_line(set_aside, line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

}  // namespace weft::extract
