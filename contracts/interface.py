"""Calls, answers, events and errors of the contract as bytes and back.

Made from the ABI alone. Structs are tuples in the order of their fields; an answer
that is not what the ABI says raises `InterfaceError`, whatever the library thought of it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import ABITypeError, DecodingError, EncodingError
from eth_utils.crypto import keccak

from contracts.artifact import load

WORD = 32
SELECTOR = 4


class InterfaceError(ValueError):
    """The bytes are no call, answer, event or error of this contract."""


@dataclass(frozen=True)
class Event:
    """An event with its arguments by name."""

    name: str
    arguments: dict[str, Any]


class Interface:
    """The ABI, ready to encode and decode."""

    def __init__(self, abi: tuple[dict[str, Any], ...]) -> None:
        named = [item for item in abi if "name" in item]
        self._functions = {item["name"]: item for item in named if item["type"] == "function"}
        self._constructor = next((item for item in abi if item["type"] == "constructor"), None)
        self._events = {
            keccak(text=_signature(item)): item for item in named if item["type"] == "event"
        }
        self._errors = {
            keccak(text=_signature(item))[:SELECTOR]: item
            for item in named
            if item["type"] == "error"
        }

    def encode(self, function: str, *arguments: Any) -> bytes:  # noqa: ANN401  # values of any ABI type
        """The call data of a function. Raises: InterfaceError."""
        item = self._functions[function]
        return keccak(text=_signature(item))[:SELECTOR] + _encode(item["inputs"], arguments)

    def encode_constructor(self, *arguments: Any) -> bytes:  # noqa: ANN401  # values of any ABI type
        """The arguments that follow the bytecode at deployment. Raises: InterfaceError."""
        return _encode(self._constructor["inputs"] if self._constructor else [], arguments)

    def decode(self, function: str, answer: bytes) -> tuple[Any, ...]:
        """The values that a function answered. Raises: InterfaceError."""
        return _decode(self._functions[function]["outputs"], answer)

    def decode_event(self, topics: list[bytes], data: bytes) -> Event | None:
        """The event of a log; None for one that is no entry (roles, administration).

        Raises:
            InterfaceError: where topics and data do not fit the event's declaration.
        """
        item = self._events.get(topics[0]) if topics else None
        if item is None:
            return None
        indexed = [one for one in item["inputs"] if one["indexed"]]
        if len(topics) != len(indexed) + 1:
            raise InterfaceError("topics")
        arguments = dict[str, Any]()
        for one, topic in zip(indexed, topics[1:], strict=True):
            (arguments[one["name"]],) = _decode([one], topic)
        rest = [one for one in item["inputs"] if not one["indexed"]]
        for one, value in zip(rest, _decode(rest, data), strict=True):
            arguments[one["name"]] = value
        return Event(item["name"], arguments)

    def topic(self, event: str) -> bytes:
        """The first topic of an event's logs."""
        return next(topic for topic, item in self._events.items() if item["name"] == event)

    def error(self, data: bytes) -> tuple[str, tuple[Any, ...]] | None:
        """Name and values of a custom error; None for data that is none of ours."""
        item = self._errors.get(data[:SELECTOR])
        if item is None:
            return None
        try:
            return item["name"], _decode(item["inputs"], data[SELECTOR:])
        except InterfaceError:
            return None


@cache
def interface() -> Interface:
    """The interface of the shipped contract."""
    return Interface(load().abi)


def _encode(inputs: list[dict[str, Any]], arguments: tuple[Any, ...]) -> bytes:
    try:
        return encode([_type(one) for one in inputs], arguments)
    except (EncodingError, ABITypeError, TypeError, ValueError) as error:
        raise InterfaceError(str(error)) from error


def _decode(outputs: list[dict[str, Any]], data: bytes) -> tuple[Any, ...]:
    try:
        return tuple(decode([_type(one) for one in outputs], data))
    except (DecodingError, ABITypeError, OverflowError, ValueError) as error:
        raise InterfaceError(type(error).__name__) from error


def _signature(item: dict[str, Any]) -> str:
    return f"{item['name']}({','.join(_type(one) for one in item['inputs'])})"


def _type(item: dict[str, Any]) -> str:
    kind: str = item["type"]
    if not kind.startswith("tuple"):
        return kind
    parts = ",".join(_type(part) for part in item["components"])
    return f"({parts}){kind.removeprefix('tuple')}"
