"""Metrics as Prometheus reads them: the text format 0.0.4."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from server.observe.metrics import METRICS, Distribution, Metric, Sample
from server.observe.metrics_exchange import Reading

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(readings: Iterable[Reading]) -> str:
    """All samples, each with the label ``process``, in the order of METRICS."""
    found: defaultdict[str, list[tuple[str, Sample]]] = defaultdict(list)
    for reading in readings:
        for sample in reading.samples:
            found[sample.metric].append((reading.process, sample))
    return "".join(line for metric in METRICS if metric.name in found for line in _family(metric, found[metric.name]))


def _family(metric: Metric, samples: Sequence[tuple[str, Sample]]) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escaped(metric.help)}\n"
    yield f"# TYPE {metric.name} {metric.kind}\n"
    for process, sample in samples:
        labels = {"process": process} | dict(zip(metric.labels, sample.labels, strict=True))
        if isinstance(sample.value, Distribution):
            yield from _histogram(metric, labels, sample.value)
        else:
            yield _line(metric.name, labels, sample.value)


def _histogram(metric: Metric, labels: dict[str, str], value: Distribution) -> Iterator[str]:
    total = 0
    for edge, count in zip((*map(_number, metric.edges), "+Inf"), value.counts, strict=True):
        total += count
        yield _line(f"{metric.name}_bucket", labels | {"le": edge}, total)
    yield _line(f"{metric.name}_sum", labels, value.sum)
    yield _line(f"{metric.name}_count", labels, total)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(text, quote=chr(34))}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {_number(value)}\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(text: str, *, quote: str = "") -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace(quote, f"\\{quote}") if quote else text
