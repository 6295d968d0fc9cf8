# SPDX-License-Identifier: Apache-2.0
"""mho beside PyTorch and aihwkit: the same networks on the same machine, interleaved, one thread each.

Every measurement is a process of its own. A round measures, network by network and row by row, mho and then each peer;
ratios are taken within a round. Peers run as well as they can be made to: see `peer_environment` and `FORMS`.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
FORMS = {"torch": ["nchw", "channels_last", "nchw_compiled", "channels_last_compiled"],
         "aihwkit": ["inference_tile", "torch_tile"]}
ON_CHIP = ("pulsed_training", "pulsed31_training", "mixed_precision_training")  # rows that write their devices
# What is measured: mho's row, the peer and the peer's row. PyTorch's bfloat16_training is its digital training under
# autocast.
COMPARISONS = [("digital_training", "torch", "digital_training"), ("noisy_training", "torch", "digital_training"),
               ("noisy_training", "aihwkit", "noisy_training"),
               ("bfloat16_training", "torch", "digital_training"), ("bfloat16_training", "torch", "bfloat16_training"),
               ("bfloat16_training", "aihwkit", "noisy_training"), ("drift_score", "aihwkit", "drift_score"),
               ("bfloat16_score", "aihwkit", "drift_score"), *((row, "aihwkit", row) for row in ON_CHIP)]


def say(text):
    print(text, file=sys.stderr, flush=True)


def cpu_facts():
    """Keys of the first processor in /proc/cpuinfo; empty where there is no such file."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def mkl_library(folder):
    """MKL takes its AVX2 kernels on AMD processors whatever they can do, unless it is told that this is one of Intel's:
    a library that says so, or None where that is not needed or no compiler is here."""
    compiler = shutil.which("cc")
    if cpu_facts().get("vendor_id") != "AuthenticAMD" or not compiler:
        return None
    source, library = folder / "mkl.c", folder / "mkl.so"
    source.write_text("int mkl_serv_intel_cpu_true(void) { return 1; }\n")
    built = subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=False)
    return library if built.returncode == 0 else None


def peer_environment(folder):
    """One thread; an allocator that keeps big tensors (else every step faults their pages in again); the BLAS kernels
    of this processor."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                   "MALLOC_MMAP_THRESHOLD_": str(1 << 32), "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
                   "MALLOC_TOP_PAD_": str(1 << 28)}
    if "avx512f" in cpu_facts().get("flags", ""):
        environment["OPENBLAS_CORETYPE"] = "SKYLAKEX"
    if library := mkl_library(folder):
        environment["LD_PRELOAD"] = str(library)
    return environment


class Bench:
    """Runs single measurements; each gives the rates (images/s) of its samples, of all processes together."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.environment = peer_environment(folder)
        self.info = {}
        self.rows = self.listed().splitlines()

    def listed(self, *options):
        """What `mho bench --list` prints."""
        return subprocess.run([self.arguments.mho, "bench", "--list", *options], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def mho(self, name):
        quick = ["--quick"] if self.arguments.quick else ["--samples", str(self.arguments.samples)]
        words = [self.arguments.mho, "bench", "--json", "--filter", name, *quick]
        running = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
                   for _ in range(self.arguments.processes)]
        found = [json.loads(process.communicate()[0]) for process in running]
        self.info["mho"] = f"{found[0]['version']} ({found[0]['compiler']}, {found[0]['instruction_set']})"
        rows = [document["rows"][0] for document in found]
        return {"rate": sum(row["median"] for row in rows), "share": rows[0]["share_of_peak"],
                "gflops": sum(row["gflops"] for row in rows), "peak": rows[0]["peak_gflops"]}

    def start_peer(self, job):
        process = subprocess.Popen([sys.executable, __file__, "--worker"], env=self.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return process

    def peer(self, peer, form, row, network):
        """Rate of a peer, None where it cannot run this."""
        quick = self.arguments.quick
        job = {"peer": peer, "form": form, "row": row, "network": network,
               "score_images": 50 if quick else 1000, "samples": 1 if quick else self.arguments.samples, "sample_s": 0.02 if quick else 0.4}
        running = [self.start_peer(job) for _ in range(self.arguments.processes)]
        for process in running:  # all have built their network before any begins
            process.stdout.readline()
        for process in running:
            if process.poll() is None:
                process.stdin.write("go\n")
                process.stdin.flush()
        ended = [(process, *process.communicate()) for process in running]
        for process, out, errors in ended:
            if process.returncode != 0 or not out:
                last = (errors.strip().splitlines() or ["no message"])[-1]
                raise RuntimeError(last)
        found = [json.loads(out) for _, out, _ in ended]
        return sum(statistics.median(document["rates"]) for document in found)

    def installed(self, peer):
        """Whether the peer is here; says so where it is not."""
        process = self.start_peer({"peer": peer})
        out, errors = process.communicate()
        found = json.loads(out) if out else {"missing": (errors.strip().splitlines() or ["no message"])[-1]}
        self.info.update(found.get("versions", {}))
        if "missing" in found:
            say(f"{peer}: skipped, not installed here ({found['missing']}); pip install -r bench/requirements.txt")
        return "missing" not in found


def forms_of(peer, row):
    return ["pulsed_tile"] if row in ON_CHIP else FORMS[peer]


def is_convolutional(network):
    return any(layer["kind"] == "conv2d" for layer in network["architecture"]["layers"])


def jobs_of(network, bench, peers):
    """What a round measures of one network: ("mho", row) and (peer, form, row), mho's first."""
    wanted = bench.arguments.row
    comparisons = [c for c in COMPARISONS
                   if (not wanted or c[0] in wanted) and f"{network['name']}/{c[0]}" in bench.rows]
    own = dict.fromkeys(("mho", mine) for mine, _, _ in comparisons)
    theirs = dict.fromkeys((peer, form, row) for _, peer, row in comparisons if peer in peers for form in forms_of(peer, row)
                           if not form.startswith("channels_last") or is_convolutional(network))
    return [*own, *theirs]


def run_rounds(bench, networks, peers):
    """{(network, *job): a value for each round}."""
    found, broken = {}, set()
    for number in range(bench.arguments.rounds):
        for network in networks:
            for job in jobs_of(network, bench, peers):
                key = (network["name"], *job)
                if key in broken:
                    continue
                say(f"round {number + 1}/{bench.arguments.rounds}: {' '.join(key)}")
                try:
                    value = (bench.mho(f"{network['name']}/{job[1]}") if job[0] == "mho"
                             else bench.peer(*job, network))
                except RuntimeError as error:
                    say(f"{' '.join(key)}: skipped: {error}")
                    broken.add(key)
                    continue
                found.setdefault(key, []).append(value)
    return {key: values for key, values in found.items() if key not in broken}


def best_form(found, network, peer, row):
    """(form, rates) of the peer's fastest form, None where there is none."""
    candidates = [(form, found[network, peer, form, row]) for form in forms_of(peer, row)
                  if (network, peer, form, row) in found]
    return max(candidates, key=lambda candidate: statistics.median(candidate[1]), default=None)


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def spread(values, suffix=""):
    """Median [min..max]; the median alone of a single value."""
    text = f"{statistics.median(values):.2f}{suffix}"
    return text if len(values) == 1 else f"{text} [{min(values):.2f}..{max(values):.2f}]"


def table(found, networks):
    lines = ["| network | mho, images/s | GFLOP/s (of peak) | peer, images/s | mho / peer |", "|---|---|---|---|---|"]
    for network in networks:
        name = network["name"]
        for mine, peer, row in COMPARISONS:
            own, best = found.get((name, "mho", mine)), best_form(found, name, peer, row)
            if not own:
                continue
            rates = [value["rate"] for value in own]
            share = statistics.median(value["share"] for value in own)
            cells = [f"{name} {mine.replace('_', ' ')}", number(statistics.median(rates)),
                     f"{statistics.median(value['gflops'] for value in own):.0f} ({100 * share:.0f} %)"]
            if best:
                ratios = [a / b for a, b in zip(rates, best[1])]
                cells += [f"{peer} {row.replace('_', ' ')}, {best[0]}: {number(statistics.median(best[1]))}",
                          spread(ratios, "x")]
            else:
                cells += [f"{peer}: -", "-"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def without_paths(words):
    """The options as they were given, less those that name a file of this machine."""
    kept, value_of_path = [], False
    for word in words:
        names_path = word.split("=")[0] in ("--mho", "--markdown")
        if not names_path and not value_of_path:
            kept.append(word)
        value_of_path = names_path and "=" not in word
    return kept


def heading(bench):
    """Machine, date, versions and command."""
    arguments = bench.arguments
    words = without_paths(sys.argv[1:])
    versions = ", ".join(f"{name} {version}" for name, version in sorted(bench.info.items()))
    setup = f"{arguments.rounds} interleaved rounds, {arguments.processes} process(es) of 1 thread, CPU time"
    tuned = "MKL with AVX-512 kernels, " if "LD_PRELOAD" in bench.environment else ""
    return (f"- {cpu_facts().get('model name', platform.processor() or platform.machine())}, {os.cpu_count()} cores, "
            f"{platform.system()} {platform.release()}\n"
            f"- {datetime.date.today().isoformat()}; {versions}; Python {platform.python_version()}\n"
            f"- `{shlex.join(['python', 'bench/compare_peers.py', *words])}`: {setup}\n"
            f"- peers tuned: {tuned}allocator keeps tensors, fused SGD (PyTorch), best of {', '.join(FORMS['torch'])}, "
            f"of {' and '.join(FORMS['aihwkit'])}; PyTorch's bfloat16 is autocast\n\n")


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mho", default=str(ROOT / "build/release/mho"), help="the executable (%(default)s)")
    parser.add_argument("--filter", action="append", default=[], help="only networks with this in their name")
    parser.add_argument("--row", action="append", default=[], choices=sorted({c[0] for c in COMPARISONS}),
                        help="only this row of mho (repeatable)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=3, help="samples of a measurement, of which the median counts")
    parser.add_argument("--processes", type=int, default=1, help="so many at once, one thread each; rates are added")
    parser.add_argument("--quick", action="store_true", help="one round of short samples: shows that it works")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the table there, with a heading")
    arguments = parser.parse_args(words)
    if arguments.quick:
        arguments.rounds = 1
    return arguments


def main(words):
    if words == ["--worker"]:
        import peer_worker

        return peer_worker.main(json.loads(sys.stdin.readline()))
    arguments = parse(words)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        networks = [n for n in json.loads(bench.listed("--json"))["networks"]
                    if not arguments.filter or any(f in n["name"] for f in arguments.filter)]
        peers = [peer for peer in FORMS if bench.installed(peer)]
        found = run_rounds(bench, networks, peers)
        text = table(found, networks)
        print(text, end="")
        if arguments.markdown:
            arguments.markdown.write_text(heading(bench) + text)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
