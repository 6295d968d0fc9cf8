// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/lif_network.hpp"

#include "tests/catch.hpp"
#include "tests/evaluators/spiking/spiking_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Spikes of source 0 at these of `steps` steps.
SpikeTrain spikes_at(std::initializer_list<int> times, int steps) {
  SpikeTrain train;
  for (int t = 0; t < steps; ++t) {
    for (const int time : times)
      if (time == t) train.add(0);
    train.end_step();
  }
  return train;
}

}  // namespace

TEST_CASE("A neuron leaks, spikes above its threshold and loses it, and its read-out leaks") {
  LifConfig config{.neurons = 1, .tau_s = 0.01, .tau_out_s = 0.02, .threshold = 1};
  const NumberSynapses input(1, 1, {0.75f}), recurrent(1, 1, {100.0f}), output(1, 1, {2.0f});
  LifRun run;
  run_lif(config, {input, recurrent, output}, spikes_at({0, 1}, 4), RandomKey(0), run);
  const float alpha = config.alpha(), kappa = config.kappa();
  CHECK(alpha == Approx(std::exp(-0.1)));
  const float second = alpha * 0.75f + 0.75f;  // above 1: a spike
  CHECK(run.potentials[0] == 0.75f);
  CHECK(run.potentials[1] == Approx(second));
  CHECK(run.potentials[2] == Approx(alpha * second - 1));  // no connection to itself, whatever it holds
  CHECK(run.spikes.events() == 1);
  CHECK(run.spikes.at(1).size() == 1);
  CHECK(run.outputs[0] == 0);
  CHECK(run.outputs[1] == 2);
  CHECK(run.outputs[3] == Approx(2 * kappa * kappa));
}

TEST_CASE("A neuron's spike reaches the others one step later") {
  const LifConfig config{.neurons = 2, .threshold = 1};
  const NumberSynapses input(1, 2, {1.5f, 0.0f}), recurrent(2, 2, {0, 0.25f, 0, 0}), output(2, 1, {1, 1});
  LifRun run;
  run_lif(config, {input, recurrent, output}, spikes_at({0}, 3), RandomKey(0), run);
  CHECK(run.spikes.at(0).size() == 1);
  CHECK(run.potentials[1] == 0);
  CHECK(run.potentials[3] == 0.25f);
}

TEST_CASE("The memory of an earlier run leaves no trace") {
  const SmallNetwork net(9, 12, 2, 60);
  LifRun fresh, used;
  run_lif(net.config.lif, net.connections(), net.spikes, RandomKey(0), fresh);
  run_lif(net.config.lif, net.connections(), spikes_at({3}, 90), RandomKey(0), used);
  run_lif(net.config.lif, net.connections(), net.spikes, RandomKey(0), used);
  CHECK(used.potentials == fresh.potentials);
  CHECK(used.outputs == fresh.outputs);
}
