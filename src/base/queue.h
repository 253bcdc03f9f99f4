// Queue: bounded, blocking, many producers and consumers. The bound is the back-pressure that keeps memory known.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace weft {

template <class T>
class Queue {
 public:
  explicit Queue(size_t bound) : bound_(bound) {}

  // Waits while the queue is full. False when it was closed: the item is dropped, nobody would take it.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || items_.size() < bound_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }
  // Waits for an item. Nothing when the queue is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    changed_.notify_all();
    return item;
  }
  // No more pushes; what is inside can still be popped.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const size_t bound_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace weft
