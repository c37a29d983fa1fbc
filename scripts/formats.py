"""The floating-point formats in which everything is measured. Imports nothing heavy."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A binary floating-point format, and how many ULP the code may be off in it."""

    name: str
    precision: int
    least: int  # exponent of the least normal number
    most: int  # exponent of the power of two after the largest number
    tolerance: float

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return math.ldexp(2 - 2.0 ** (1 - self.precision), self.most - 1)

    @property
    def smallest(self) -> float:
        """The least positive (subnormal) number."""
        return math.ldexp(1.0, self.least - self.precision + 1)

    @property
    def normal(self) -> float:
        """The least positive normal number."""
        return math.ldexp(1.0, self.least)

    def nearest(self, value: float) -> float:
        """Return the finite number of the format that is nearest to a finite one."""
        if abs(value) >= self.largest:
            return math.copysign(self.largest, value)
        step = max(math.frexp(value)[1] - self.precision, self.least - self.precision + 1)
        return math.copysign(math.ldexp(round(math.ldexp(value, -step)), step), value)

    def beside(self, value: float) -> tuple[float, float]:
        """Return the numbers of the format on either side of one of them, other than 0."""
        mantissa, exponent = math.frexp(abs(value))
        outer = max(math.ldexp(1.0, exponent - self.precision), self.smallest)
        inner = outer / 2 if mantissa == 0.5 and outer > self.smallest else outer
        sizes = abs(value) - inner, min(abs(value) + outer, self.largest)
        low, high = (math.copysign(size, value) for size in sizes)
        return (low, high) if value > 0 else (high, low)


FORMATS = {
    f.name: f
    for f in (
        Format("float16", 11, -14, 16, 4),
        Format("bfloat16", 8, -126, 128, 4),
        Format("float32", 24, -126, 128, 5),
        Format("float64", 53, -1022, 1024, 4),
    )
}
