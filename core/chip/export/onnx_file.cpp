// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/onnx_file.hpp"

#include <bit>

namespace mho {
namespace {

// Field numbers and codes of onnx.proto3.
constexpr int float_type = 1, int64_type = 7;
constexpr std::int64_t ir_version = 10;  // the first with metadata of nodes
constexpr std::int64_t opset = 17;

ProtobufMessage property(const std::string& key, const std::string& value) {
  ProtobufMessage entry;
  entry.text(1, key);
  entry.text(2, value);
  return entry;
}

ProtobufMessage value_info(const std::string& name, const std::vector<std::int64_t>& shape) {
  ProtobufMessage dimensions, tensor, type, info;
  for (const std::int64_t size : shape) {
    ProtobufMessage dimension;
    if (size < 0)
      dimension.text(2, "images");
    else
      dimension.number(1, size);
    dimensions.message(1, dimension);
  }
  tensor.number(1, float_type);
  tensor.message(2, dimensions);
  type.message(1, tensor);
  info.text(1, name);
  info.message(2, type);
  return info;
}

/// Little-endian, as raw_data is.
template <class Bits, class Value>
std::string raw(const std::vector<Value>& values) {
  std::string bytes;
  for (const Value value : values) {
    auto bits = std::bit_cast<Bits>(value);
    for (size_t i = 0; i < sizeof(Bits); ++i, bits >>= 8) bytes += static_cast<char>(bits & 0xff);
  }
  return bytes;
}

ProtobufMessage tensor(const std::string& name, const std::vector<std::int64_t>& shape, int type,
                       const std::string& data) {
  ProtobufMessage message;
  for (const std::int64_t size : shape) message.number(1, size);
  message.number(2, type);
  message.text(8, name);
  message.text(9, data);
  return message;
}

}  // namespace

void ProtobufMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

void ProtobufMessage::number(int field, std::int64_t value) {
  varint(static_cast<std::uint64_t>(field) << 3);
  varint(static_cast<std::uint64_t>(value));
}

void ProtobufMessage::real(int field, float value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 5);
  bytes_ += raw<std::uint32_t, float>({value});
}

void ProtobufMessage::text(int field, const std::string& value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 2);
  varint(value.size());
  bytes_ += value;
}

ProtobufMessage OnnxFile::attribute(const std::string& name, std::int64_t value) {
  ProtobufMessage message;
  message.text(1, name);
  message.number(3, value);
  message.number(20, 2);
  return message;
}

ProtobufMessage OnnxFile::attribute(const std::string& name, float value) {
  ProtobufMessage message;
  message.text(1, name);
  message.real(2, value);
  message.number(20, 1);
  return message;
}

ProtobufMessage OnnxFile::attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  ProtobufMessage message;
  message.text(1, name);
  for (const std::int64_t value : values) message.number(8, value);
  message.number(20, 7);
  return message;
}

void OnnxFile::add_input(const std::string& name, const std::vector<std::int64_t>& shape) {
  graph_.message(11, value_info(name, shape));
}

void OnnxFile::add_output(const std::string& name, const std::vector<std::int64_t>& shape) {
  graph_.message(12, value_info(name, shape));
}

void OnnxFile::add_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
  graph_.message(5, tensor(name, shape, float_type, raw<std::uint32_t>(values)));
}

void OnnxFile::add_tensor(const std::string& name, const std::vector<std::int64_t>& values) {
  graph_.message(5, tensor(name, {std::ssize(values)}, int64_type, raw<std::uint64_t>(values)));
}

void OnnxFile::add_node(const std::string& name, const std::string& kind,
                        const std::vector<std::string>& inputs,
                        const std::vector<ProtobufMessage>& attributes, const Properties& properties) {
  ProtobufMessage node;
  for (const std::string& input : inputs) node.text(1, input);
  node.text(2, name);
  node.text(3, name);
  node.text(4, kind);
  for (const ProtobufMessage& own : attributes) node.message(5, own);
  for (const auto& [key, value] : properties) node.message(9, property(key, value));
  graph_.message(1, node);
}

std::string OnnxFile::write(const Properties& properties) const {
  ProtobufMessage model, operators;
  model.number(1, ir_version);
  model.text(2, "mho");
  model.message(7, graph_);
  operators.text(1, "");
  operators.number(2, opset);
  model.message(8, operators);
  for (const auto& [key, value] : properties) model.message(14, property(key, value));
  return model.bytes();
}

}  // namespace mho
