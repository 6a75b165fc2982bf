"""Draws what runs have measured: `python -m benchmarks.plot RUN.json... PICTURE`, a PNG or an SVG."""

import sys
from pathlib import Path
from typing import Final, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.latency import RATES
from benchmarks.pipeline import IN_FLIGHT
from benchmarks.runs import Medians, Run

_OURS: Final = {"SQLite": "#1b7f79", "PostgreSQL": "#2f5d9b"}
_LINES: Final = {"webhook, 1": "--", "2 workers": ":"}
_THEIRS: Final = "#b9b4a7"
_TARGET: Final = 150  # ms, p99 at 100 messages/s
_BUSY: Final = f"{IN_FLIGHT} in flight"


def draw(run: Run, picture: Path) -> None:
    """Draw four pictures in one."""
    with mpl.rc_context({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "carnet", "axes.spines.top": False}):
        figure = Figure(figsize=(11, 8.5), layout="constrained")
        axes = figure.subplots(2, 2)
        _costs(run, axes[0][0])
        _latencies(run, axes[0][1])
        _growth(run, axes[1][0])
        _soak(run, axes[1][1])
        figure.savefig(picture, dpi=100, metadata={"Date": None} if picture.suffix == ".svg" else None)


def _costs(run: Run, axes: Axes) -> None:
    own = run.medians("pipeline", f"CPU a message, {_BUSY}")
    server = run.medians("pipeline", f"database server's CPU a message, {_BUSY}")
    names = sorted(own, key=lambda name: own[name] + server.get(name, 0), reverse=True)
    axes.barh(names, [own[name] for name in names], color=[_colour(name) for name in names])
    axes.barh(
        names,
        [server.get(name, 0) for name in names],
        left=[own[name] for name in names],
        color=_OURS["PostgreSQL"],
        alpha=0.4,
        label="of which the database server's",
    )
    axes.set_title(f"CPU for one message, {_BUSY}")
    axes.set_xlabel("ms")
    _legend(axes, loc="upper right")


def _latencies(run: Run, axes: Axes) -> None:
    slow = {rate: run.medians("latency", f"latency p99, {rate} messages/s") for rate in RATES}
    for name in slow[RATES[0]]:
        values = [slow[rate][name] for rate in RATES]
        axes.plot(RATES, values, label=name, linestyle=_line(name), color=_colour(name), marker="o")
    axes.axhline(_TARGET, color="#b3261e", linewidth=1, linestyle=":", label=f"{_TARGET} ms")
    axes.set(yscale="log", title="Latency, p99, messages due at a rate", xlabel="messages/s", ylabel="ms")
    axes.set_xticks(RATES)
    _legend(axes)


def _growth(run: Run, axes: Axes) -> None:
    bars: dict[str, Medians] = {
        engine: run.medians("growth", f"CPU a message, {engine}, 1 in flight") for engine in _OURS
    }
    server = run.medians("growth", "database server's CPU a message, PostgreSQL, 1 in flight")
    for place, (engine, sizes) in enumerate(bars.items()):
        at = [number + (place - 0.5) * 0.36 for number in range(len(sizes))]
        axes.bar(at, list(sizes.values()), width=0.34, color=_OURS[engine], label=engine)
        if engine == "PostgreSQL" and server:
            axes.bar(
                at,
                [server[size] for size in sizes],
                bottom=list(sizes.values()),
                width=0.34,
                color=_OURS[engine],
                alpha=0.4,
                label="the database server's",
            )
        axes.set_xticks(range(len(sizes)), [size.replace(", ", "\n") for size in sizes])
    axes.set_title("CPU for one message, by what is there already")
    axes.set_ylabel("ms")
    axes.margins(y=0.35)  # room above the bars for what they are
    _legend(axes, loc="upper left")


def _soak(run: Run, axes: Axes) -> None:
    for one in run.subjects("soak", "memory sample by sample"):
        values = one["values"]
        axes.plot(
            [place / len(values) for place in range(len(values))],
            values,
            label=one["subject"],
            color=_colour(one["subject"]),
        )
    axes.set(title="Memory at a steady rate", xlabel="of the time of the soak", ylabel="MB")
    axes.set_ylim(bottom=0)
    _legend(axes)


def _legend(axes: Axes, loc: Literal["best", "upper right", "upper left"] = "best") -> None:
    """Explain what is drawn; a picture of nothing is left out."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=loc, frameon=False)
    else:
        axes.set_axis_off()


def _line(subject: str) -> str:
    return next((line for way, line in _LINES.items() if way in subject), "-")


def _colour(subject: str) -> str:
    return next((colour for engine, colour in _OURS.items() if engine in subject), _THEIRS)


if __name__ == "__main__":
    *runs, target = map(Path, sys.argv[1:])
    draw(Run.read(runs), target)
