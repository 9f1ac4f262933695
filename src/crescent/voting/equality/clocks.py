"""Times of day: 20:34 is 8:34 pm and 20:34:00. Half of the clock is known from am, pm, or an hour from 13 on."""

import re

_TIME = re.compile(r"(?i)^(\d{1,2}):(\d\d)(?::(\d\d))?\s*(?:h|hours|hrs)?\s*(?:(a|p)\.?\s?m\.?)?(?:\s*o'?clock)?$")
_HOUR = re.compile(r"(?i)^(\d{1,2})\s*(?:o'?clock\s*)?(a|p)\.?\s?m\.?$")
_NAMED = {
    "noon": "12:00 pm",
    "12 noon": "12:00 pm",
    "midday": "12:00 pm",
    "midnight": "12:00 am",
    "12 midnight": "12:00 am",
}
_KEY = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?: ([ap])m)?")


def clock(text: str) -> str:
    """The canonical text of a time of day, empty if `text` is none: `8:34 pm`, `20:34`, `10:30:15`."""
    if match := _TIME.match(text):
        hour, minute, second, half = int(match[1]), match[2], match[3], match[4]
        if hour <= 24 and int(minute) < 60 and int(second or 0) < 60:
            time = f"{hour}:{minute}" + (f":{second}" if second and second != "00" else "")
            return f"{time} {half.lower()}m" if half else time
    if match := _HOUR.match(text):
        return f"{int(match[1])}:00 {match[2].lower()}m"
    return _NAMED.get(text.strip(" .").lower(), "")


def second_of_day(key: str) -> int | None:
    """The second of the day of a canonical time whose half of the clock is known."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    hour, half = int(match[1]), match[4]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif not 13 <= hour < 24 and not (hour == 0 and len(match[1]) == 1):
        return None
    return hour * 3600 + int(match[2]) * 60 + int(match[3] or 0)
