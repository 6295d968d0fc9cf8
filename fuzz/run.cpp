// SPDX-License-Identifier: Apache-2.0
// Mutates the seeds of every parser, the same way for the same seed, and fails on the first complaint.
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/files/text_file.hpp"
#include "fuzz/mutation.hpp"
#include "fuzz/parser.hpp"
#include "fuzz/parsers/inputs.hpp"

// There in builds with a sanitizer.
#pragma weak __sanitizer_set_death_callback

namespace mho::fuzz {
namespace {

constexpr unsigned seconds_an_input = 20;

/// What a signal handler may read: the input that is being parsed.
const std::string* current_input = nullptr;
std::string crash_file;  ///< "fuzz-npy.bin", where it goes

void write_text(int descriptor, const char* text) {
  if (::write(descriptor, text, std::strlen(text)) < 0) return;
}

/// Keeps the input and says how to try it again; only calls that a signal handler may make.
void keep_input() {
  if (!current_input) return;
  const int file = ::open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ::write(file, current_input->data(), current_input->size()) < 0) return;
  ::close(file);
  for (const char* text : {"mho_fuzz: try it again with: mho_fuzz --input ", crash_file.c_str(), "\n"})
    write_text(STDERR_FILENO, text);
  current_input = nullptr;
}

void on_signal(int number) {
  write_text(STDERR_FILENO,
             number == SIGALRM ? "mho_fuzz: an input took more than 20 s\n" : "mho_fuzz: a crash\n");
  keep_input();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// Sanitizers report crashes better than we do; without one, an endless recursion needs a stack of its own.
void watch() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  ::sigaction(SIGALRM, &action, nullptr);
  if (__sanitizer_set_death_callback) return __sanitizer_set_death_callback(keep_input);
  static std::vector<char> stack(std::size_t{1} << 16);
  const stack_t alternative{stack.data(), 0, stack.size()};
  ::sigaltstack(&alternative, nullptr);
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL}) ::sigaction(number, &action, nullptr);
}

/// Parses one input; false, with the input kept, when there is a complaint.
bool try_input(const Parser& parser, const std::string& input) {
  current_input = &input;
  crash_file = "fuzz-" + parser.name + ".bin";
  ::alarm(seconds_an_input);
  const auto wrong = complaint(parser, input);
  ::alarm(0);
  if (wrong) {
    std::cerr << "mho_fuzz: " << parser.name << ": " << *wrong << "\n";
    keep_input();
  }
  current_input = nullptr;
  return !wrong;
}

/// Seeds have to be accepted, or their mutations reach nothing.
bool accepts_seeds(const Parser& parser) {
  try {
    for (const auto& seed : parser.seeds) parser.parse(seed);
  } catch (const std::exception& error) {
    std::cerr << "mho_fuzz: " << parser.name << ": a seed is not accepted: " << error.what() << "\n";
    return false;
  }
  return true;
}

bool run(const Parser& parser, std::uint64_t seed, int rounds) {
  if (!accepts_seeds(parser)) return false;
  for (int round = 0; round < rounds; ++round) {
    Random random(RandomKey(seed).with(parser.name, static_cast<std::uint64_t>(round)));
    auto input = mutate(parser.seeds[static_cast<size_t>(round) % parser.seeds.size()], random);
    if (parser.repair && random.chance(0.8)) parser.repair(input);
    if (!try_input(parser, input)) {
      std::cerr << "mho_fuzz: " << parser.name << ": seed " << seed << ", round " << round << "\n";
      return false;
    }
  }
  return true;
}

/// "fuzz-npy.bin", or the name that libFuzzer gave in a folder of the parser's name.
bool is_of(const Parser& parser, const std::filesystem::path& file) {
  return file.stem() == "fuzz-" + parser.name || file.parent_path().filename() == parser.name;
}

int run_input(const std::filesystem::path& file) {
  for (const auto& parser : all_parsers())
    if (is_of(parser, std::filesystem::absolute(file))) {
      const auto input = read_text_file(file);
      if (!try_input(parser, input)) return 1;
      std::cout << file.string() << ": " << parser.name << " takes it\n";
      return 0;
    }
  std::cerr << "mho_fuzz: expected fuzz-PARSER.bin or PARSER/FILE, got " << file.string() << "\n";
  return 2;
}

int write_seeds(const std::filesystem::path& folder) {
  for (const auto& parser : all_parsers())
    for (size_t i = 0; i < parser.seeds.size(); ++i) {
      std::filesystem::create_directories(folder / parser.name);
      overwrite(folder / parser.name / ("seed-" + std::to_string(i)), parser.seeds[i]);
    }
  return 0;
}

int run_all(std::uint64_t seed, double times) {
  int inputs = 0, bad = 0;
  for (const auto& parser : all_parsers()) {
    const int rounds = static_cast<int>(parser.rounds * times);
    inputs += rounds;
    bad += !run(parser, seed, rounds);
  }
  std::cout << inputs << " mutated inputs, " << bad << " parsers with a defect\n";
  return bad == 0 ? 0 : 1;
}

/// Inputs are files, 100,000 of them a run: in memory where the system offers that, for a disk takes four
/// times the CPU time.
void write_inputs_to_memory() {
  if (::access("/dev/shm", W_OK | X_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
}

int run_command(const std::vector<std::string>& words) {
  watch();
  write_inputs_to_memory();
  const auto value = [&](const char* option) {
    for (size_t i = 0; i + 1 < words.size(); ++i)
      if (words[i] == option) return words[i + 1];
    return std::string();
  };
  if (!value("--input").empty()) return run_input(value("--input"));
  if (!value("--write-seeds").empty()) return write_seeds(value("--write-seeds"));
  const auto seed = value("--seed"), times = value("--times");
  return run_all(seed.empty() ? 1 : std::stoull(seed), times.empty() ? 1 : std::stod(times));
}

}  // namespace
}  // namespace mho::fuzz

int main(int argc, char** argv) { return mho::fuzz::run_command({argv + 1, argv + argc}); }
