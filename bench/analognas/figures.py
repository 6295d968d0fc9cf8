# SPDX-License-Identifier: Apache-2.0
"""Figures of docs/analognas.md: accuracy over time after programming, and what is lost in a month over size."""
from ranks import mean_and_half

SECONDS = {"1 s": 1, "1 h": 3600, "1 d": 86400, "10 d": 864000, "30 d": 2592000}


def plotting():
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "mho"  # the same file from the same numbers
    return plt


def over_time(plt, groups, task, file):
    figure, axes = plt.subplots(figsize=(7, 4))
    seen = []
    for (of, network), lines in groups.items():
        if of == task:
            means, halves = zip(*(mean_and_half([100 * float(line[time]) for line in lines]) for time in SECONDS))
            seen += means
            line = axes.plot(list(SECONDS.values()), means, marker="o", label=f"{network}, {int(lines[0]['parameters']):,}",
                             linestyle="--" if "digitally" in network else "-")[0]
            if len(lines) > 1:
                axes.fill_between(list(SECONDS.values()), [m - h for m, h in zip(means, halves)],
                                  [m + h for m, h in zip(means, halves)], color=line.get_color(), alpha=0.12, linewidth=0)
    room = 0.25 * (max(seen) - min(seen)) + 1  # bands of few trainings may reach far outside
    axes.set(xscale="log", xlabel="time after programming", ylabel="accuracy, %", ylim=(min(seen) - room, max(seen) + room))
    axes.set_xticks(list(SECONDS.values()), list(SECONDS))
    axes.minorticks_off()
    axes.legend(fontsize=8, title="network, parameters", title_fontsize=8)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def lost_over_size(plt, trainings, file):
    figure, axes = plt.subplots(figsize=(7, 4))
    for label, stem in (("stem of 4 channels", "OC4-"), ("8", "OC8-"), ("12", "OC12-"), ("16", "OC16-")):
        rows = [row for row in trainings if row["genome"].startswith(stem)]
        axes.scatter([row["parameters"] for row in rows], [row["noisy_avm"] for row in rows], s=6, label=label, alpha=0.6)
    axes.set(xlabel="parameters", ylabel="points lost from 1 s to 30 d")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None}, format="svg")
    plt.close(figure)


def draw(groups, trainings, folder):
    plt = plotting()
    for task in sorted({task for task, _ in groups}):
        over_time(plt, groups, task, folder / f"analognas-{task}.svg")
    if trainings:
        lost_over_size(plt, trainings, folder / "analognas-lost.svg")
