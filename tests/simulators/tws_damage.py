"""One message in the ways a wire can damage it."""

import struct
from collections.abc import Callable, Mapping

from tests.simulators.tws_faults import Damage, Spoil
from tests.simulators.tws_wire import UNSET, Field, Message, body, frame, framed


def damaged(message: Message, spoil: Spoil) -> bytes:
    """The frame of a message as the damage leaves it."""
    return _BY_DAMAGE[spoil.damage](message, spoil.where)


def _with(new: Field) -> Callable[[Message, int], bytes]:
    """That field says something else."""

    def written(message: Message, where: int) -> bytes:
        fields = list(message)
        fields[where] = new
        return frame(fields)

    return written


def _without(message: Message, where: int) -> bytes:
    fields = list(message)
    del fields[where]
    return frame(fields)


def _twice(message: Message, _where: int) -> bytes:
    return frame(message) * 2


def _bad_utf8(message: Message, where: int) -> bytes:
    fields = list(message)
    fields[where] = "\x01bad\x01"
    return framed(body(fields).replace(b"\x01bad\x01", b"\xff\xfe\xc3"))


def _wrong_length(by: int) -> Callable[[Message, int], bytes]:
    def written(message: Message, _where: int) -> bytes:
        content = body(message)
        return struct.pack(">I", len(content) + by) + content

    return written


_BY_DAMAGE: Mapping[Damage, Callable[[Message, int], bytes]] = {
    Damage.FIELD_MISSING: _without,
    Damage.FIELD_TOO_MANY: lambda message, _: frame((*message, "more")),
    Damage.NOT_A_NUMBER: _with("many"),
    Damage.EMPTY_NUMBER: _with(""),
    Damage.NAN: _with("NaN"),
    Damage.UNSET: _with(UNSET),
    Damage.NO_FIELDS: lambda message, _: frame(message[:1]),
    Damage.NO_NUL: lambda message, _: framed(body(message).replace(b"\0", b" ")),
    Damage.BAD_UTF8: _bad_utf8,
    Damage.UNKNOWN_NUMBER: lambda message, _: frame((9999, *message[1:])),
    Damage.TEXT_NUMBER: lambda message, _: frame(("position", *message[1:])),
    Damage.ZERO_LENGTH: lambda _message, _: framed(b""),
    Damage.LENGTH_TOO_SHORT: _wrong_length(-7),
    Damage.LENGTH_TOO_LONG: _wrong_length(7),
    Damage.LENGTH_HUGE: _wrong_length(1 << 30),
    Damage.TWICE: _twice,
}
