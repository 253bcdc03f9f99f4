#include "extract/recognise.h"

#include <cerrno>
#include <fcntl.h>
#include <new>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace weft::extract {
namespace {

using nlohmann::json;

// What the child found, as JSON with each text as an array of bytes: paths need not be UTF-8.
json answer(const std::string& path, image::Reading reading) {
  auto bytes = [](std::string_view text) { return json(std::vector<uint8_t>(text.begin(), text.end())); };
  try {
    image::Recognised seen = image::recognise(path, reading);
    json parts = json::array();
    for (const std::string& part : seen.parts) parts.push_back(bytes(part));
    return {{"format", seen.format}, {"parts", parts}};
  } catch (const Error& error) {
    return {{"error", bytes(error.what())}, {"os_code", error.os_code()}};
  } catch (const std::bad_alloc&) {
    return {{"error", bytes("recognising it takes more memory than it may: it is damaged or hostile: " + path)},
            {"os_code", 0}};
  }
}

[[noreturn]] void work(const std::string& path, image::Reading reading, int out) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit memory{2 * GiB, 2 * GiB}, none{0, 0};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(60);
  std::string text = answer(path, reading).dump();
  for (std::string_view rest = text; !rest.empty();) {
    ssize_t n = ::write(out, rest.data(), rest.size());
    if (n <= 0) ::_exit(1);
    rest.remove_prefix(size_t(n));
  }
  ::_exit(0);
}

std::string read_all(int fd) {
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) != 0;) {
    if (n > 0)
      out.append(buffer, size_t(n));
    else if (errno != EINTR)
      break;
  }
  return out;
}

}  // namespace

image::Recognised recognise(const std::string& path, image::Reading reading) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("cannot make a pipe", {}, errno);
  Fd in(ends[0]), out(ends[1]);
  pid_t child = ::fork();
  if (child < 0) throw Error("cannot start a process", {}, errno);
  if (child == 0) work(path, reading, out.get());
  { Fd closing = std::move(out); }
  std::string text = read_all(in.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  json found = json::parse(text, nullptr, false);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !found.is_object())
    throw Error("ends every program that looks at it: it is damaged or hostile", path);
  auto as_string = [](const json& bytes) {
    auto values = bytes.get<std::vector<uint8_t>>();
    return std::string(values.begin(), values.end());
  };
  if (found.contains("error")) throw Error::relayed(as_string(found["error"]), found["os_code"].get<int>());
  image::Recognised seen;
  seen.format = found["format"].get<std::string>();
  for (const json& part : found["parts"]) seen.parts.push_back(as_string(part));
  return seen;
}

}  // namespace weft::extract
