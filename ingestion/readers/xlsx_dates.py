"""Dates and times as a workbook counts them."""

from __future__ import annotations

import datetime as dt

AS_STORED = {  # formats that show a moment as it is stored
    "yyyy-mm-dd": dt.date,
    "yyyy-mm-dd hh:mm:ss": dt.datetime,
    "yyyy-mm-dd h:mm:ss": dt.datetime,
    "hh:mm:ss": dt.time,
    "h:mm:ss": dt.time,
}
DAY_ONE = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001  # a sheet knows no zones
LEAP_DAY = 60  # that 1900 had not, but spreadsheets count
DAYS_TO_1904 = 1462  # from the day from which other workbooks count
LAST_DAY = 2_958_465  # 9999-12-31


def moment_of(number: float, is_1904: bool) -> dt.date | dt.time | dt.datetime:
    """The day, the time of a day, or both, that a spreadsheet counts as `number`."""
    days, milliseconds = divmod(round(number * 86_400_000), 86_400_000)
    first = DAY_ONE[is_1904]
    if not is_1904 and 0 < days < LEAP_DAY:
        first += dt.timedelta(days=1)
    moment = first + dt.timedelta(days, milliseconds=milliseconds)
    if not days and not is_1904:
        return moment.time()
    return moment if milliseconds else moment.date()


def format_elapsed(number: float) -> str:
    """Hours, minutes and seconds of a time that may be longer than a day."""
    seconds = round(number * 86_400)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
