// weft: the command line. One file per command beside this one.
#include <cstdio>
#include <fcntl.h>
#include <new>
#include <signal.h>
#include <unistd.h>

#include "app/command.h"
#include "base/error.h"

namespace weft::app {

std::atomic<bool> stop = false;

namespace {

void on_interrupt(int signal) {
  if (stop.exchange(true)) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }
}

// A program may be started with its streams closed. The files it opens then take their numbers, and what it says would
// be written into them.
void open_closed_streams() {
  int fd = -1;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) ::close(fd);
}

int run(int argc, char** argv) {
  CLI::App cli{
      "Weft takes seized storage in, extracts what is on it, and shows how exhibits hang together.\n"
      "Evidence is opened read-only; every finding has an address."};
  cli.set_version_flag("--version", std::string("weft ") + WEFT_VERSION);
  cli.require_subcommand(1);
  int code = exit_ok;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  App app{cli, code, arguments};
  add_run(app), add_new(app), add_add(app), add_extract(app), add_link(app), add_report(app), add_search(app),
      add_show(app), add_verify(app), add_export(app), add_log(app), add_stoplist(app), add_scope(app), add_links(app),
      add_neighbours(app), add_owners(app), add_cluster(app), add_who(app), add_background(app), add_evaluate(app),
      add_worker(app);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return code;
}

}  // namespace
}  // namespace weft::app

int main(int argc, char** argv) {
  using namespace weft::app;
  open_closed_streams();
  for (int signal : {SIGINT, SIGTERM}) ::signal(signal, on_interrupt);
  // A file that may grow no further (ulimit -f) is an error of the write, as a full disk is.
  for (int signal : {SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "weft: out of memory; give it more with --memory, or less to do with --threads\n");
    return code_of_current_exception();
  } catch (const std::exception& error) {
    int code = code_of_current_exception();
    std::fprintf(stderr, "weft: %s%s\n", code == exit_internal ? "unexpected: " : "", error.what());
    return code;
  }
}
