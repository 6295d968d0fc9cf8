// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/onnx_file.hpp"

#include "tests/catch.hpp"

namespace mho {

TEST_CASE("protobuf fields have the wire format's bytes") {
  ProtobufMessage message;
  message.number(1, 150);  // the encoding guide's own example: 08 96 01
  CHECK(message.bytes() == "\x08\x96\x01");
  ProtobufMessage text;
  text.text(2, "testing");  // 12 07 74 65 73 74 69 6e 67
  CHECK(text.bytes() == "\x12\x07testing");
  ProtobufMessage outer;
  outer.message(3, message);  // 1a 03 08 96 01
  CHECK(outer.bytes() == "\x1a\x03\x08\x96\x01");
  ProtobufMessage real;
  real.real(20, 1.0F);  // a tag of two bytes, then 1.0 little-endian
  CHECK(real.bytes() == std::string("\xa5\x01\x00\x00\x80\x3f", 6));
  ProtobufMessage negative;
  negative.number(1, -1);  // ten bytes
  CHECK(negative.bytes() == std::string("\x08") + std::string(9, '\xff') + "\x01");
}

TEST_CASE("a model carries its nodes, tensors and metadata") {
  OnnxFile file("net");
  file.add_input("x", {-1, 2});
  file.add_tensor("w", {2}, std::vector<float>{1, 2});
  file.add_node("y", "Mul", {"x", "w"}, {OnnxFile::attribute("axis", std::int64_t{1})}, {{"mho.cores", "3"}});
  file.add_output("y", {-1, 2});
  const std::string bytes = file.write({{"mho.format", "v"}});
  for (const char* part : {"net", "Mul", "axis", "mho.cores", "mho.format", "images"})
    CHECK_THAT(bytes, ContainsSubstring(part));
}

}  // namespace mho
