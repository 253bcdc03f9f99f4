#include "app/command.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <regex>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/time.h"

namespace weft::app {

int code_of(const Error& error) {
  switch (error.os_code()) {
    case 0:
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EISDIR:
    case ELOOP:
    case EPERM:
      return exit_input;
    default:
      return exit_world;
  }
}

int code_of_current_exception() {
  try {
    throw;
  } catch (const extract::CaseInUse&) {
    return exit_in_use;
  } catch (const UsageError&) {
    return exit_usage;
  } catch (const Error& error) {
    return code_of(error);
  } catch (const std::bad_alloc&) {
    return exit_world;
  } catch (...) {
    return exit_internal;
  }
}

Limits CommonOptions::limits() const {
  Limits limits;
  limits.memory = memory;
  limits.item_seconds = item_seconds;
  return limits;
}

unsigned CommonOptions::thread_count() const {
  unsigned wanted = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
  // Each thread holds page buffers and scratch; stay inside the memory budget rather than die of it.
  uint64_t fit = std::max<uint64_t>(1, (limits().memory - 256 * MiB) / (128 * MiB));
  return unsigned(std::min<uint64_t>({wanted, fit, 60}));
}

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_option("--threads", options.threads, "Scanning threads (default: one per core)")
      ->check(CLI::Range(1, 60));
  command.add_option("--memory", options.memory, "Memory budget (default: 2GiB, at least 512MiB)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(512 * MiB, uint64_t(1) << 50));
  command
      .add_option("--item-seconds", options.item_seconds,
                  "Seconds after which a page, file or entry that does not end is set aside")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
}

void add_scan_all(CLI::App& command, CommonOptions& options) {
  command.add_flag(
      "--scan-all", options.scan_all,
      "Scan contents again that an earlier exhibit of the case has too (default: take what they gave there)");
}

void add_lists(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--words", options.lists.words,
                  "List of terms to look for, UTF-8, one a line; may be given several times")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("--rules", options.lists.rules, "YARA rules to look for; may be given several times")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      .add_option(
          "--stop", options.lists.stop,
          "Stop list: values (and a tab and their context) that tie nothing together; may be given several times")
      ->allow_extra_args(false)
      ->type_name("FILE");
}

extract::Lists checked_lists(const CommonOptions& options) {
  extract::Lists lists(options.lists);
  lists.check();
  return lists;
}

// What a report may print beside "received": a day, or a time of day with it; the zone as Z or an offset, if it is
// known.
std::string is_date_or_time(const std::string& text) {
  static const std::regex form(R"((\d{4}-\d\d-\d\d)([T ](\d\d:\d\d)(:\d\d(\.\d{1,9})?)?(Z|[+-](\d\d):?(\d\d))?)?)");
  std::smatch part;
  auto or_else = [](const std::string& given, const char* otherwise) { return given.empty() ? otherwise : given; };
  bool good = std::regex_match(text, part, form) &&
              from_text(part[1].str() + "T" + or_else(part[3], "00:00") + or_else(part[4], ":00") + "Z") &&
              (part[7].str().empty() || (part[7].str() < "24" && part[8].str() < "60"));
  return good ? ""
              : "not a date or time: " + text + "; write it as 2026-11-24T09:30Z, 2026-11-24T10:30+01:00 or 2026-11-24";
}

void add_custody(CLI::App& command, CustodyOptions& options) {
  extract::Exhibit& facts = options.facts;
  command.add_option("--label", facts.label, "Label of the exhibit (default: the file's name without its ending)");
  command.add_flag("--raw", facts.as_raw, "Take it for raw bytes, whatever container they begin like");
  command.add_option("--custodian", facts.custodian, "Custodian group it was seized from");
  command.add_option("--received-by", facts.received_by, "Who received it");
  command.add_option("--received-at", facts.received_at, "When it was received, e.g. 2026-11-24T09:30Z")
      ->check(is_date_or_time);
  command.add_option("--received-from", facts.received_from, "Whom it was received from");
  command.add_option("--place", facts.place, "Where it was received or seized");
  command.add_option("--note", facts.note, "Anything else worth recording");
}

bool wants_colour(int fd) {
  return ::isatty(fd) && !std::getenv("NO_COLOR");
}

void Outcome::worst(int other) {
  static constexpr int order[] = {exit_ok, exit_attention, exit_input, exit_world, exit_interrupted, exit_internal};
  auto rank = [](int c) { return std::find(std::begin(order), std::end(order), c) - std::begin(order); };
  if (rank(other) > rank(code)) code = other;
}

}  // namespace weft::app
