// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a layer kind is: a struct of its attributes in one file pair of this folder, listed in
// core/nn/layers/layer.hpp, with these members. Nothing else in mho asks which kind a layer is, but for the
// few places that core/nn/README.md names.
//
//   const char* name() const;                     in files: "sigmoid"
//   void attributes(LayerAttributes&);            its attributes, in the order of a file
//   LayerFacts infer(const LayerSite&);           its shape, counts and place on a chip; resolves "same";
//                                                 refuses what cannot be (ArchitectureError)
//   std::unique_ptr<Operator> make_operator(const OperatorSite&) const;
//                                                 how it computes, forward and backward
//   OnnxNode onnx(const LayerParameters&, Shape input) const;
//                                                 what an ONNX file calls it
//   bool operator==(const Kind&) const = default;
//
// Three more for those that need them:
//
//   ChannelAffine affine(const LayerParameters&) const;   trained, it is scale * x + shift (batch norm)
//   void start(LayerParameters&, Shape input) const;      what it changes of drawn parameters (recurrent)
//   static std::vector<Kind> forms();                     one kind under several names (pools)

#include <memory>

#include "core/nn/graph/layer_attributes.hpp"
#include "core/nn/graph/layer_facts.hpp"
#include "core/nn/graph/onnx_node.hpp"
#include "core/nn/operators/operator.hpp"
