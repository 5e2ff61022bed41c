"""Rendering: our templates over the verifier page's house, texts from the one catalogue."""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, PrefixLoader

from hocba.kit import messages
from hocba.kit.clock import local_time
from verifier.formats.canonical import sha256_hex
from verifier.messages import Catalogue
from verifier.web.static_files import version as house_version

FOLDER = Path(__file__).with_name("static")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
HASH_LENGTH = 12

Translate = Callable[..., str]


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """The desk's own files by name, with their types."""
    return {
        path.name: (path.read_bytes(), TYPES[path.suffix])
        for path in sorted(FOLDER.iterdir())
        if path.suffix in TYPES
    }


@cache
def static_version() -> str:
    """A short hash over all files, which is part of their address."""
    listed = "".join(f"{name} {sha256_hex(data)}\n" for name, (data, _) in static_files().items())
    return sha256_hex(listed.encode())[:HASH_LENGTH]


def translator(language: str) -> Translate:
    """Return the function `t` of templates: a code of ours, or of the verifier's page."""
    return partial(_text, language)


def render(template: str, language: str, **values: object) -> str:
    """Render a template of this package."""
    return (
        _environment()
        .get_template(f"desk/{template}")
        .render(
            t=translator(language),
            language=language,
            home="/desk",
            static=f"/static/{house_version()}",
            desk_static=f"/desk/static/{static_version()}",
            **values,
        )
    )


def _text(language: str, code: str, /, **params: object) -> str:
    if code in messages.catalogue(language):
        return messages.sentence(code, language, **params)
    return Catalogue.of(language).text(code, **params)


@cache
def _environment() -> Environment:
    packages = {
        "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
        "verifier": PackageLoader("verifier.web"),
        "desk": PackageLoader("hocba.portals.desk"),
    }
    environment = Environment(
        loader=PrefixLoader(packages),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "moment": _moment, "comma": _comma, "json": _json}
    return environment


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def _moment(value: datetime) -> str:
    return f"{local_time(value):%H:%M %d/%m/%Y}"


def _comma(value: object) -> str:
    """A mark as people write it."""
    return "" if value is None else str(value).replace(".", ",")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
