"""A picture of one page of labels, as SVG: where they stand, and where symbol and text stand on each."""

from __future__ import annotations

from workorders.rendering.label_sheet import LEADING, LINE, Label

LETTER_HEIGHT = 0.6  # of a capital in sizes of its font


def draw_sheet(label: Label) -> str:
    """Draw the page in millimetres. The labels are one pattern, so that the size does not grow with their number."""
    sheet, side = label.sheet, label.modules * label.module
    width, height = sheet.label_width, sheet.label_height
    left, top = (sheet.page_width - sheet.grid_width) / 2, (sheet.page_height - sheet.grid_height) / 2
    symbol_top = (height - label.text_height - side) / 2
    lines = [_line(label, line) for line in range(label.lines if label.text else 0)]
    if label.has_line:
        left_end, baseline = label.line_corner
        lines.append(_bar(label, left_end, baseline, label.line_width, LETTER_HEIGHT * LINE / LEADING))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.page_width:g} {sheet.page_height:g}"'
        ' class="label-sheet" role="img" aria-labelledby="sheet-caption">'
        f'<defs><pattern id="sheet-label" x="{left:.3f}" y="{top:.3f}" width="{width + sheet.column_gap:.3f}"'
        f' height="{height + sheet.row_gap:.3f}" patternUnits="userSpaceOnUse">'
        f'<rect width="{width:.3f}" height="{height:.3f}" fill="#fff" stroke="#999" stroke-width="0.5"/>'
        f'<rect x="{(width - side) / 2:.3f}" y="{symbol_top:.3f}" width="{side:.3f}" height="{side:.3f}" fill="#333"/>'
        f"{''.join(lines)}</pattern></defs>"
        f'<rect width="{sheet.page_width:g}" height="{sheet.page_height:g}" fill="#fff"/>'
        f'<rect x="{left:.3f}" y="{top:.3f}" width="{sheet.grid_width:.3f}" height="{sheet.grid_height:.3f}"'
        ' fill="url(#sheet-label)"/></svg>'
    )


def _line(label: Label, line: int) -> str:
    """Draw a line of text as a bar of the letters' height."""
    height = LETTER_HEIGHT * label.font_size
    length = min(label.text, label.line_length(label.line_height))
    left = label.line_left(length)
    return _bar(label, left, label.baseline(line), label.sheet.label_width - 2 * left, height)


def _bar(label: Label, left: float, baseline: float, wide: float, height: float) -> str:
    """Draw a bar of the letters' height above the baseline."""
    top = label.sheet.label_height - baseline - height
    return f'<rect x="{left:.3f}" y="{top:.3f}" width="{wide:.3f}" height="{height:.3f}" fill="#888"/>'
