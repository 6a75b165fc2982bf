"""A picture in memory: height × width × 3 bytes, red first."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[Any]  # of uint8; what OpenCV gives is typed no closer
Numbers: TypeAlias = NDArray[np.float32]
Shares: TypeAlias = NDArray[np.float64]  # a way between places: 2 × 3, for (x, y, 1)
