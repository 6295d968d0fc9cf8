// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/json_entry.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/simulate/exported_chip.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("an entry tells its file and its place") {
  const TemporaryFolder folder;
  const auto file = folder / "x.json";
  write_file_atomically(file, std::string(R"({"format": "v", "a": [1, {"b": "text"}], "c": -1})"));
  const JsonEntry root = JsonEntry::open(file, "v");
  const JsonEntry inner = root.at("a").list()[1];
  CHECK(inner.get<std::string>("b") == "text");
  CHECK(inner.where() == file.string() + ": a[1]");
  CHECK_THAT(message_of<DataError>([&] { inner.get<float>("b"); }), ContainsSubstring("a[1]: b: wrong type"));
  CHECK_THAT(message_of<DataError>([&] { inner.at("c"); }), ContainsSubstring("expected the key 'c'"));
  CHECK_THAT(message_of<DataError>([&] { root.whole("c"); }), ContainsSubstring("found -1"));
  CHECK_THAT(message_of<DataError>([&] { root.at("c").list(); }), ContainsSubstring("expected a list"));
  CHECK_THAT(message_of<DataError>([&] { JsonEntry::open(file, "w"); }),
             ContainsSubstring("expected the format 'w', found 'v'"));
}

TEST_CASE("truncated and flipped JSON never gets through as anything but an input error") {
  const TemporaryFolder folder;
  const Architecture net = builtin("lenet5");
  const ChipConfig chip = small_chip(8, 8, 64);
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = 64;
  const Mapping mapping = map_onto_chip(net, chip).mapping.value();
  export_chip(folder.path(), {net, drawn_parameters(net, 7), hardware, chip, mapping});
  Random random(RandomKey(17));
  for (const char* name : {"io.json", "cores.json", "links.json", "schedule.json"}) {
    const std::string good = read_text_file(folder.path() / name);
    for (int trial = 0; trial < 10; ++trial) {
      std::string bad = good;
      const int last = static_cast<int>(good.size()) - 1;
      if (trial % 2 == 0)
        bad.resize(static_cast<size_t>(random.integer(0, last - 2)));
      else
        bad[static_cast<size_t>(random.integer(0, last))] = static_cast<char>(random.integer(0, 255));
      write_file_atomically(folder.path() / name, bad);
      try {
        read_export(folder.path());
        CHECK(trial % 2 == 1);  // a flipped digit may be another valid number, a truncation is never valid
      } catch (const InputError& error) {
        CHECK_THAT(error.what(), ContainsSubstring(folder.path().string()));
      }
    }
    write_file_atomically(folder.path() / name, good);
  }
}

}  // namespace mho
