// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "core/base/parallel.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

namespace {

std::atomic<long> allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, size) != 0) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Every allocation of this test program is counted.
void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

using namespace mho;

TEST_CASE("a step allocates nothing after the first, and holds what was predicted") {
  const auto name = GENERATE("mlp", "lenet5", "resnet8", "ds_cnn");
  const auto arithmetic = GENERATE(Arithmetic::float32, Arithmetic::bfloat16);
  INFO(name << " " << word_of(arithmetic));
  const auto task = published_task(name);
  const auto architecture = make_builtin(name, task.input, task.classes);
  auto parameters = initial_parameters(architecture, RandomKey(1));
  const Network network(architecture, {});
  const int batch = 6, parts = 3;
  const SoftmaxCrossEntropy cross_entropy(0);
  TrainingNetwork training(network, cross_entropy, batch, parts, BatchNorms::trained, arithmetic);
  auto gradients = zero_gradients(parameters);
  const FloatBuffer images(static_cast<size_t>(architecture.input().size() * batch) + kernel_slack(), 0.5f);
  const std::vector<int> labels(static_cast<size_t>(batch), 1);
  Operands operands;
  const auto step = [&] {
    network.digital_operands(parameters, true, operands, arithmetic);
    training.step(parameters, operands, {images.data(), labels.data(), batch, RandomKey(1)}, gradients);
  };
  set_thread_count(1);
  step();
  step();
  const long before = allocations;
  step();
  if (std::string(kernels().name) != "reference") CHECK(allocations == before);  // plain loops may allocate
  size_t held = training.bytes();
  for (const auto& operand : operands)
    held += (operand.forward.size() + operand.backward.size() + operand.pairs.size()) * sizeof(float);
  const size_t predicted = training_bytes(network, batch, parts, false, arithmetic);
  CHECK(predicted >= held);
  CHECK(predicted < held * 1.25);
}
