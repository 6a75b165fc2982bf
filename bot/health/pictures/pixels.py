"""A picture in memory: height × width × 3 bytes, red first."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.float32]
Shares: TypeAlias = NDArray[np.float64]  # a way between places: 2 × 3, for (x, y, 1)
