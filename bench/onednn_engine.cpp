// SPDX-License-Identifier: Apache-2.0
#include "bench/layer_engine.hpp"

#if defined(MHO_HAS_ONEDNN)

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>

#include "core/base/error.hpp"
#include "core/base/vector/instruction_set.hpp"

namespace mho {
namespace {

using dnnl::memory;

/// Memory in the layout that a primitive wants, beside the plain one; the same memory where they agree.
struct Converted {
  Converted(const memory& plain_memory, const memory::desc& wanted)
      : plain(plain_memory),
        own(wanted == plain.get_desc() ? plain : memory(wanted, plain.get_engine())),
        in(plain, own),
        out(own, plain) {}
  bool differs() const { return own.get() != plain.get(); }
  void load(dnnl::stream& stream) {
    if (differs()) in.execute(stream, plain, own);
  }
  void store(dnnl::stream& stream) {
    if (differs()) out.execute(stream, own, plain);
  }
  memory plain, own;
  dnnl::reorder in, out;
};

class OneDnnConvolution : public LayerEngine {
 public:
  OneDnnConvolution(const LayerShape& s, const LayerData& data, bool blocked)
      : y_(data.dy.size()), dx_(data.x.size()), dw_(data.w.size()) {
    const memory::dims in{s.images, s.inputs, s.height, s.width}, out{s.images, s.outputs, s.height, s.width};
    const memory::dims kernel{s.outputs, s.inputs, s.kernel, s.kernel};
    const auto floats = memory::data_type::f32;
    using Tag = memory::format_tag;
    const memory::desc x{in, floats, Tag::nhwc}, y{out, floats, Tag::nhwc}, w{kernel, floats, Tag::hwio};
    const auto tag = blocked ? Tag::any : Tag::nhwc;
    const memory::desc x_any{in, floats, tag}, y_any{out, floats, tag}, w_any{kernel, floats, Tag::any};
    const memory::dims strides{1, 1}, border{s.kernel / 2, s.kernel / 2};
    const auto direct = dnnl::algorithm::convolution_direct;
    const auto plain = [&](const memory::desc& desc, const FloatBuffer& buffer) {
      return memory(desc, engine_, const_cast<float*>(buffer.data()));
    };

    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, direct, x_any, w_any, y_any, strides, border, border}, engine_);
    const dnnl::convolution_backward_data::primitive_desc to_data(
        {direct, x_any, w_any, y_any, strides, border, border}, engine_, forward);
    const dnnl::convolution_backward_weights::primitive_desc to_weights(
        {direct, x_any, w_any, y_any, strides, border, border}, engine_, forward);

    parts_.push_back({dnnl::convolution_forward(forward), Converted(plain(x, data.x), forward.src_desc()),
                      Converted(plain(w, data.w), forward.weights_desc()),
                      Converted(plain(y, y_), forward.dst_desc())});
    parts_.push_back({dnnl::convolution_backward_data(to_data),
                      Converted(plain(x, dx_), to_data.diff_src_desc()),
                      Converted(plain(w, data.w), to_data.weights_desc()),
                      Converted(plain(y, data.dy), to_data.diff_dst_desc())});
    parts_.push_back({dnnl::convolution_backward_weights(to_weights),
                      Converted(plain(x, data.x), to_weights.src_desc()),
                      Converted(plain(w, dw_), to_weights.diff_weights_desc()),
                      Converted(plain(y, data.dy), to_weights.diff_dst_desc())});
    for (const auto pass : {Pass::forward, Pass::backward_weights}) part(pass).x.load(stream_);
    for (const auto pass : {Pass::backward_data, Pass::backward_weights}) part(pass).y.load(stream_);
    stream_.wait();
  }

  void run(Pass pass) override {
    auto& p = part(pass);
    const bool forward = pass == Pass::forward, to_weights = pass == Pass::backward_weights;
    if (!to_weights) p.w.load(stream_);
    p.primitive.execute(stream_, {{pass == Pass::backward_data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, p.x.own},
                                  {to_weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, p.w.own},
                                  {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, p.y.own}});
    if (to_weights) p.w.store(stream_);
    stream_.wait();
  }

  std::vector<float> result(Pass pass) override {
    auto& p = part(pass);
    if (pass == Pass::forward) p.y.store(stream_);
    if (pass == Pass::backward_data) p.x.store(stream_);
    stream_.wait();
    const auto& from = pass == Pass::forward ? y_ : pass == Pass::backward_data ? dx_ : dw_;
    return {from.begin(), from.end()};
  }

 private:
  struct Part {
    dnnl::primitive primitive;
    Converted x, w, y;
  };
  Part& part(Pass pass) { return parts_[static_cast<size_t>(pass)]; }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  FloatBuffer y_, dx_, dw_;
  std::vector<Part> parts_;
};

/// A dense layer as oneDNN's matrix product, which takes plain matrices.
class OneDnnDense : public LayerEngine {
 public:
  OneDnnDense(const LayerShape& shape, const LayerData& data)
      : shape_(shape), data_(data), y_(data.dy.size()), dx_(data.x.size()), dw_(data.w.size()) {}

  void run(Pass pass) override {
    const auto n = shape_.images, in = shape_.inputs, out = shape_.outputs;
    const float *x = data_.x.data(), *w = data_.w.data(), *dy = data_.dy.data();
    const auto status = pass == Pass::forward
                            ? dnnl::sgemm('N', 'N', n, out, in, 1, x, in, w, out, 0, y_.data(), out)
                        : pass == Pass::backward_data
                            ? dnnl::sgemm('N', 'T', n, in, out, 1, dy, out, w, out, 0, dx_.data(), in)
                            : dnnl::sgemm('T', 'N', in, out, n, 1, x, in, dy, out, 0, dw_.data(), out);
    if (status != dnnl::status::success) throw RunError("oneDNN: sgemm failed");
  }

  std::vector<float> result(Pass pass) override {
    const auto& from = pass == Pass::forward ? y_ : pass == Pass::backward_data ? dx_ : dw_;
    return {from.begin(), from.end()};
  }

 private:
  LayerShape shape_;
  const LayerData& data_;
  FloatBuffer y_, dx_, dw_;
};

}  // namespace

std::unique_ptr<LayerEngine> make_onednn_engine(const LayerShape& shape, const LayerData& data) {
  if (shape.is_dense()) return std::make_unique<OneDnnDense>(shape, data);
  return std::make_unique<OneDnnConvolution>(shape, data, false);
}

std::unique_ptr<LayerEngine> make_onednn_blocked_engine(const LayerShape& shape, const LayerData& data) {
  if (shape.is_dense()) return nullptr;
  return std::make_unique<OneDnnConvolution>(shape, data, true);
}

std::string start_onednn() {
  const auto* version = dnnl::version();
  const char* threads = std::getenv("OMP_NUM_THREADS");
  const bool one_thread = version->cpu_runtime == DNNL_RUNTIME_SEQ ||
                          (version->cpu_runtime == DNNL_RUNTIME_OMP && threads && !std::strcmp(threads, "1"));
  if (!one_thread)
    throw InputError("oneDNN: expected one thread (OMP_NUM_THREADS=1 and a build with OpenMP), got more");
  if (instruction_set() == InstructionSet::avx2) dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
  if (instruction_set() == InstructionSet::portable) dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
  return fmt::format("oneDNN {}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace mho

#else

namespace mho {

std::unique_ptr<LayerEngine> make_onednn_engine(const LayerShape&, const LayerData&) { return nullptr; }
std::unique_ptr<LayerEngine> make_onednn_blocked_engine(const LayerShape&, const LayerData&) {
  return nullptr;
}
std::string start_onednn() { return "no oneDNN: version 2 was not found when this program was built"; }

}  // namespace mho

#endif
