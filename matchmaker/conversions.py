"""Drawing tolerances by class or grade as plus/minus mm: ISO 2768-1 (linear) and ISO 286 (IT grades)."""

from __future__ import annotations

from bisect import bisect_left

ISO_2768_UPPER_MM = (3, 6, 30, 120, 400, 1000, 2000, 4000)
ISO_2768_LOWER_MM = 0.5
ISO_2768_PLUS_MINUS_MM: dict[str, tuple[float | None, ...]] = {
    "f": (0.05, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, None),
    "m": (0.1, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0),
    "c": (0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 3.0, 4.0),
    "v": (None, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0, 8.0),
}
ISO_286_UPPER_MM = (3, 6, 10, 18, 30, 50, 80, 120, 180, 250, 315, 400, 500)
ISO_286_FULL_WIDTH_UM: dict[int, tuple[int, ...]] = {
    5: (4, 5, 6, 8, 9, 11, 13, 15, 18, 20, 23, 25, 27),
    6: (6, 8, 9, 11, 13, 16, 19, 22, 25, 29, 32, 36, 40),
    7: (10, 12, 15, 18, 21, 25, 30, 35, 40, 46, 52, 57, 63),
    8: (14, 18, 22, 27, 33, 39, 46, 54, 63, 72, 81, 89, 97),
    9: (25, 30, 36, 43, 52, 62, 74, 87, 100, 115, 130, 140, 155),
    10: (40, 48, 58, 70, 84, 100, 120, 140, 160, 185, 210, 230, 250),
    11: (60, 75, 90, 110, 130, 160, 190, 220, 250, 290, 320, 360, 400),
    12: (100, 120, 150, 180, 210, 250, 300, 350, 400, 460, 520, 570, 630),
    13: (140, 180, 220, 270, 330, 390, 460, 540, 630, 720, 810, 890, 970),
}


def iso2768_plus_minus_mm(cls: str, nominal_mm: float) -> float | None:
    """Class f, m, c or v at a nominal size; None outside the table (below 0.5 mm a size is toleranced by itself)."""
    if nominal_mm < ISO_2768_LOWER_MM or nominal_mm > ISO_2768_UPPER_MM[-1]:
        return None
    return ISO_2768_PLUS_MINUS_MM[cls][bisect_left(ISO_2768_UPPER_MM, nominal_mm)]


def iso286_plus_minus_mm(grade: int, nominal_mm: float) -> float | None:
    """IT grade 5 to 13 at a nominal size up to 500 mm, halved: the table's widths are full."""
    if nominal_mm <= 0 or nominal_mm > ISO_286_UPPER_MM[-1]:
        return None
    return ISO_286_FULL_WIDTH_UM[grade][bisect_left(ISO_286_UPPER_MM, nominal_mm)] / 2000.0
