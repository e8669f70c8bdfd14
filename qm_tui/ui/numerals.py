"""How a language groups digits and where it writes the point: its own, or the environment's."""

from collections.abc import Mapping
from dataclasses import dataclass

_UNDECIDED = frozenset({"", "C", "POSIX"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """Two signs, and the sizes of the groups: the last one, and those before it."""

    point: str
    group: str
    last: int = 3
    others: int = 3

    def write(self, text: str) -> str:
        """Write anew what has `,` between thousands and `.` before the fraction."""
        whole, point, fraction = text.partition(".")
        simple = self.others == self.last
        whole = whole.replace(",", self.group) if simple else self._regrouped(whole)
        return f"{whole}{self.point}{fraction}" if point else whole

    def _regrouped(self, whole: str) -> str:
        number = whole.rstrip(" ")
        blanks = whole[len(number) :]
        sign, digits = number[: number.startswith(("-", "+"))], number.replace(",", "").lstrip("+-")
        groups = [digits[-self.last :]]
        rest = digits[: -self.last]
        while rest:
            groups.insert(0, rest[-self.others :])
            rest = rest[: -self.others]
        return sign + self.group.join(groups) + blanks


PLAIN_NUMERALS = Numerals(point=".", group=",")


class UnknownLocale(Exception):  # noqa: N818 - told to the user
    """There is no such language, or nobody knows how it writes numbers. Speaks to the user."""


def numerals_of(locale: str | None, environment: Mapping[str, str]) -> Numerals:
    """Return how numbers are written.

    Args:
        locale: A name as `de_CH` or `en-IN`; None is what the environment says of numbers.
        environment: of the process.

    Raises:
        UnknownLocale: the name that was asked for means nothing. The environment's is a wish only.
    """
    if locale is not None:
        return _of(locale)
    named = next(
        (name for key in ("LC_ALL", "LC_NUMERIC", "LANG") if (name := environment.get(key))), ""
    )
    name = named.partition(".")[0].partition("@")[0]
    if name in _UNDECIDED:
        return PLAIN_NUMERALS
    try:
        return _of(name)
    except UnknownLocale:
        return PLAIN_NUMERALS


def _of(name: str) -> Numerals:
    if name.replace("-", "_") in {"en", "en_US", "en_GB"}:
        return PLAIN_NUMERALS
    # Late: most never need it, and the first frame does not wait for it.
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415

    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise UnknownLocale(
            f'there is no language {name!r}; a name is like "en_US", "de_DE" or "en_IN"'
        ) from error
    last, others = locale.decimal_formats[None].grouping
    return Numerals(
        point=get_decimal_symbol(locale),
        group=_blank(get_group_symbol(locale)),
        last=last,
        others=others,
    )


def _blank(sign: str) -> str:
    """A blank of any width is one cell in a terminal."""
    return " " if sign.isspace() else sign
