#include "scan/long_stream.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/error.h"
#include "scan/decoders/streams.h"

namespace weft::scan {
namespace {

constexpr uint64_t most_times = 128;  // what is beyond the free room
constexpr size_t portion = MiB;

}  // namespace

bool LongStream::is_one(std::string_view layer) {
  return unpacker_of(layer) != nullptr;
}

LongStream::LongStream(ByteSource& source, uint64_t begin, std::string_view layer, const Limits& limits)
    : source_(source), unpacker_(unpacker_of(layer)), layer_(layer), free_(limits.decoded_page), next_(begin) {
  if (!unpacker_) throw Error("no streams are read on of the layer " + layer_);
}

void LongStream::end(std::string_view what) {
  if (!what.empty()) problem_ = fmt::format("{} stream {} after {} unpacked bytes", layer_, what, unpacked_);
  unpacker_.reset();
  buffer_ = {};
}

size_t LongStream::read(MutableBytes out) {
  size_t got = 0;
  while (got < out.size() && unpacker_) {
    if (unpacked_ > free_ && (unpacked_ - free_) / most_times > packed_) {
      end("unpacks to more than the limit: left off");
      break;
    }
    if (at_ == buffer_.size()) {
      buffer_.resize(portion);
      buffer_.resize(source_.read(next_, buffer_, faults_));
      at_ = 0;
      next_ += buffer_.size();
    }
    const Step step = unpacker_->step(Bytes(buffer_).subspan(at_), out.subspan(got));
    at_ += step.taken, packed_ += step.taken;
    got += step.given, unpacked_ += step.given;
    if (step.result == Step::Result::ended)
      end({});
    else if (step.result == Step::Result::memory)
      end("asks for more memory than the limit: left off");
    else if (step.result == Step::Result::broken)
      end("is damaged");
    else if (step.taken == 0 && step.given == 0)
      // At the end of the source nothing more comes; elsewhere a stream that takes and gives nothing is none.
      end(buffer_.empty() ? "is cut short" : "is damaged");
  }
  return got;
}

void LongStream::skip(uint64_t count) {
  std::vector<uint8_t> passed(std::min<uint64_t>(count, portion));
  while (count > 0) {
    const size_t got = read(MutableBytes(passed).first(std::min<uint64_t>(count, passed.size())));
    if (got == 0) break;
    count -= got;
  }
}

}  // namespace weft::scan
