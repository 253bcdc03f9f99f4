#include "base/time.h"

#include <chrono>
#include <fmt/format.h>

#include "base/text.h"

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

std::optional<Time> from_text(std::string_view text) {
  constexpr std::string_view frame = "0000-00-00T00:00:00";
  if (text.size() < frame.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (size_t i = 0; i < frame.size(); ++i)
    if (frame[i] == '0' ? !is_digit(static_cast<unsigned char>(text[i])) : text[i] != frame[i]) return std::nullopt;
  auto number = [&](size_t at, size_t digits) {
    int out = 0;
    for (size_t i = at; i < at + digits; ++i) out = out * 10 + (text[i] - '0');
    return out;
  };
  using namespace std::chrono;
  year_month_day date{year{number(0, 4)}, month{unsigned(number(5, 2))}, day{unsigned(number(8, 2))}};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
  uint32_t nanoseconds = 0, unit = 100'000'000;
  std::string_view fraction = text.substr(frame.size(), text.size() - frame.size() - 1);
  if (!fraction.empty() && (fraction[0] != '.' || fraction.size() == 1 || fraction.size() > 10)) return std::nullopt;
  for (char c : fraction.substr(std::min<size_t>(1, fraction.size()))) {
    if (!is_digit(static_cast<unsigned char>(c))) return std::nullopt;
    nanoseconds += uint32_t(c - '0') * unit, unit /= 10;
  }
  sys_seconds point = sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2));
  return from_seconds(point.time_since_epoch().count(), nanoseconds);
}

std::optional<Time> from_seconds(int64_t seconds, uint32_t nanoseconds) {
  constexpr int64_t limit = INT64_MAX / 1'000'000'000 - 1;
  if (seconds > limit || seconds < -limit || nanoseconds >= 1'000'000'000) return std::nullopt;
  return Time{seconds * 1'000'000'000 + nanoseconds};
}

}  // namespace weft
