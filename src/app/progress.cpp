#include "app/progress.h"

#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

namespace weft::app {
namespace {

size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 100;
}

}  // namespace

std::string in_words(double seconds) {
  auto s = uint64_t(std::llround(seconds));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO)) {}

void ProgressLine::show(const extract::Progress& now) {
  if (now.stage != stage_ || now.exhibit != exhibit_) {
    stage_ = now.stage;
    exhibit_ = now.exhibit;
    stage_began_ = now.seconds;
    stage_first_ = now.done;
    next_ = 0;
  }
  if (now.seconds < next_ || now.stage == "finished") return;
  next_ = now.seconds + (terminal_ ? 0.2 : 15);
  if (!terminal_ && now.seconds < 2) return;  // short work needs no log lines
  double spent = now.seconds - stage_began_;
  std::string text = fmt::format("{}{}: {}", counted_, now.exhibit, now.stage);
  if (now.stage == "walking") {
    text += fmt::format(" {} entries", now.done);
  } else if (now.total > 0) {
    const auto size = [&](uint64_t n) { return now.stage == "sealing" ? fmt::format("{} rows", n) : human_size(n); };
    const uint64_t done = std::min(now.done, now.total);
    double rate = spent > 0.5 ? double(done - std::min(done, stage_first_)) / spent : 0;
    text += fmt::format(" {:3.0f} % of {}", 100.0 * double(done) / double(now.total), size(now.total));
    if (rate > 0)
      text += fmt::format(", {}/s, {} left", size(uint64_t(rate)), in_words(double(now.total - done) / rate));
  }
  if (now.stage != "sealing") text += fmt::format(", {} features, {} problems", now.features, now.problems);
  if (!terminal_) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  std::fprintf(stderr, "\r\x1b[K%s", text.substr(0, columns() - 1).c_str());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::count(size_t number, size_t of) {
  counted_ = of > 1 ? fmt::format("[{}/{}] ", number, of) : "";
}

void ProgressLine::clear() {
  if (shown_) std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace weft::app
