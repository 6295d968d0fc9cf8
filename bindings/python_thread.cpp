// SPDX-License-Identifier: Apache-2.0
#include "bindings/python_thread.hpp"

#include <pybind11/pybind11.h>

#include <chrono>
#include <exception>
#include <thread>

#include "core/base/loop_stop.hpp"

namespace mho {
namespace {

namespace py = pybind11;

constexpr auto signal_period = std::chrono::milliseconds(100);

/// Python's exception as one of ours, which needs no GIL.
std::exception_ptr translated(const py::error_already_set& error) {
  const auto text = py::str(error.value()).cast<std::string>();
  if (error.matches(py::module_::import("mho._errors").attr("InputError")))
    return std::make_exception_ptr(ConfigError(text));
  if (error.matches(py::module_::import("mho._errors").attr("RunError")))
    return std::make_exception_ptr(RunError(text));
  const auto type = py::str(error.type().attr("__name__")).cast<std::string>();
  return std::make_exception_ptr(RunError("Python: " + type + (text.empty() ? "" : ": " + text)));
}

}  // namespace

struct PythonThread::Task {
  const std::function<void()>& body;
  std::exception_ptr error = nullptr;
  bool done = false;
};

void PythonThread::serve(const std::function<void()>& work) {
  std::exception_ptr error;
  std::thread worker([&] {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  });
  serve_until_ended();
  worker.join();
  if (error) std::rethrow_exception(error);
}

void PythonThread::serve_stoppable(const std::function<void()>& work) {
  const LoopStop stop(interrupted_);
  try {
    serve(work);
  } catch (...) {
    if (!interrupted_) throw;
  }
  if (interrupted_) throw Interrupted();
}

void PythonThread::serve_until_ended() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait_for(lock, signal_period, [&] { return ended_ || !tasks_.empty(); });
    if (tasks_.empty() && ended_) return;
    Task* task = tasks_.empty() ? nullptr : tasks_.front();
    if (task) tasks_.pop_front();
    lock.unlock();
    if (task) run(*task);
    check_signals();
    lock.lock();
    if (task) task->done = true;
    changed_.notify_all();
  }
}

void PythonThread::run(Task& task) {
  const py::gil_scoped_acquire gil;
  try {
    task.body();
  } catch (const py::error_already_set& error) {
    if (error.matches(PyExc_KeyboardInterrupt)) interrupted_ = true;
    task.error = translated(error);
  } catch (...) {
    task.error = std::current_exception();
  }
}

void PythonThread::check_signals() {
  const py::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() == 0) return;
  PyErr_Clear();
  interrupted_ = true;
}

void PythonThread::call(const std::function<void()>& body) {
  Task task{body};
  std::unique_lock lock(mutex_);
  tasks_.push_back(&task);
  changed_.notify_all();
  changed_.wait(lock, [&] { return task.done; });
  if (task.error) std::rethrow_exception(task.error);
}

}  // namespace mho
