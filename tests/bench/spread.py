"""Several measurements of one thing: the median, and between which values the middle half of them lies."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of so many samples, in whatever unit they had."""

    median: float
    low: float
    high: float
    samples: int

    def times(self, factor: float) -> "Spread":
        """The same in another unit."""
        return Spread(self.median * factor, self.low * factor, self.high * factor, self.samples)

    def per(self, number: float) -> "Spread":
        """So many things took that long: how many a unit of time."""
        return Spread(number / self.median, number / self.high, number / self.low, self.samples)

    def __str__(self) -> str:
        """`0.62±0.06`: the median, and half the distance between the quartiles; of one sample, that alone."""
        if self.samples == 1:
            return figure(self.median)
        return f"{figure(self.median)}±{(self.high - self.low) / 2:,.{_decimals(self.median)}f}"


def spread(samples: Sequence[float]) -> Spread:
    """Sum up one sample or more."""
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0], 1)
    low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(median, low, high, len(samples))


def figure(value: float) -> str:
    """A positive number with two digits that count: `0.062`, `0.62`, `6.2`, `62`, `620`, `6,200`."""
    return f"{value:,.{_decimals(value)}f}"


def _decimals(value: float) -> int:
    return next((decimals for below, decimals in ((0.0995, 3), (0.995, 2), (9.95, 1)) if value < below), 0)
