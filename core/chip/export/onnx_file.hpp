// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mho {

/// A message in the protobuf wire format (protobuf.dev/programming-guides/encoding), field by field.
class ProtobufMessage {
 public:
  void number(int field, std::int64_t value);
  void real(int field, float value);
  void text(int field, const std::string& value);  ///< also bytes
  void message(int field, const ProtobufMessage& value) { text(field, value.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value);
  std::string bytes_;
};

/// An ONNX model (onnx.proto3) of float tensors, built node by node in topological order.
class OnnxFile {
 public:
  using Properties = std::vector<std::pair<std::string, std::string>>;

  explicit OnnxFile(const std::string& graph_name) { graph_.text(2, graph_name); }

  /// An attribute of a node.
  static ProtobufMessage attribute(const std::string& name, std::int64_t value);
  static ProtobufMessage attribute(const std::string& name, float value);
  static ProtobufMessage attribute(const std::string& name, const std::vector<std::int64_t>& values);

  /// Dimension -1 is the number of images.
  void add_input(const std::string& name, const std::vector<std::int64_t>& shape);
  void add_output(const std::string& name, const std::vector<std::int64_t>& shape);
  void add_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                  const std::vector<float>& values);
  void add_tensor(const std::string& name, const std::vector<std::int64_t>& values);
  /// A node with one output of its own name.
  void add_node(const std::string& name, const std::string& kind, const std::vector<std::string>& inputs,
                const std::vector<ProtobufMessage>& attributes = {}, const Properties& properties = {});

  /// The file's bytes; `properties` are the model's metadata.
  std::string write(const Properties& properties) const;

 private:
  ProtobufMessage graph_;
};

}  // namespace mho
