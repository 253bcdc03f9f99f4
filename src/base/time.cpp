#include "base/time.h"

#include <chrono>
#include <fmt/format.h>

namespace weft {

Time now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

std::string to_text(Time time) {
  constexpr int64_t second = 1'000'000'000;
  int64_t seconds = time.nanoseconds / second;
  int64_t rest = time.nanoseconds % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  using namespace std::chrono;
  sys_seconds point{std::chrono::seconds{seconds}};
  auto day = floor<days>(point);
  year_month_day date{day};
  hh_mm_ss clock{point - day};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (rest % 1'000 != 0)
    text += fmt::format(".{:09}", rest);
  else if (rest % 1'000'000 != 0)
    text += fmt::format(".{:06}", rest / 1'000);
  else if (rest != 0)
    text += fmt::format(".{:03}", rest / 1'000'000);
  return text + "Z";
}

std::optional<Time> from_seconds(int64_t seconds, uint32_t nanoseconds) {
  constexpr int64_t limit = INT64_MAX / 1'000'000'000 - 1;
  if (seconds > limit || seconds < -limit || nanoseconds >= 1'000'000'000) return std::nullopt;
  return Time{seconds * 1'000'000'000 + nanoseconds};
}

}  // namespace weft
