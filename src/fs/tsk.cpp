#include "fs/tsk.h"

#include <cstdlib>
#include <ctime>
#include <mutex>

#include "base/error.h"
#include "base/text.h"

namespace weft::fs {
namespace {

ssize_t read_image(TSK_IMG_INFO* info, TSK_OFF_T offset, char* out, size_t size) {
  auto* image = static_cast<TskImage*>(info);
  if (offset < 0) return -1;
  try {
    MutableBytes bytes{reinterpret_cast<uint8_t*>(out), size};
    return ssize_t(image->source.read(uint64_t(offset), bytes, image->faults));
  } catch (const std::exception& error) {  // C frames lie between here and whoever could handle it
    image->faults.push_back({uint64_t(offset), size, error.what()});
    tsk_error_reset();
    tsk_error_set_errno(TSK_ERR_IMG_READ);
    tsk_error_set_errstr("%s", error.what());
    return -1;
  }
}

void close_image(TSK_IMG_INFO*) {}
void describe_image(TSK_IMG_INFO*, FILE*) {}

}  // namespace

TskImage::TskImage(ByteSource& bytes) : TSK_IMG_INFO{}, source(bytes) {
  TSK_IMG_INFO* info = this;
  if (!tsk_img_open_external(info, TSK_OFF_T(bytes.size()), 512, read_image, close_image, describe_image))
    throw Error("The Sleuth Kit cannot use the image: " + take_tsk_error());
}

TskImage::~TskImage() {
  tsk_img_close(this);
}

std::string take_tsk_error() {
  const char* text = tsk_error_get();
  std::string out = text ? text : "";
  tsk_error_reset();
  for (char& c : out)
    if (c == '\n' || c == '\r') c = ' ';
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? "no reason given" : printable(out);
}

void use_utc() {
  static std::once_flag once;
  std::call_once(once, [] {
    setenv("TZ", "UTC0", 1);
    tzset();
  });
}

}  // namespace weft::fs
