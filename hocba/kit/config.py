"""What the environment says, read once and checked: the only file that reads settings.

Without any variable set the whole system runs under `var/demo` with an embedded database and
an embedded chain. `DATABASE_URL` alone has no `HOCBA_` prefix, because platforms set it.

    settings = load()
    settings.home / "pki"
"""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hocba.kit.errors import ConfigError

_DnsName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+$", max_length=253),
]


class Settings(BaseSettings):
    """One installation's settings."""

    model_config = SettingsConfigDict(env_prefix="HOCBA_", frozen=True, env_ignore_empty=True)

    home: Path = Field(Path("var/demo"), description="folder of everything this installation keeps")
    realm: _DnsName = Field("demo.hocba.test", description="DNS name of the department's realm")
    province_code: str = Field(
        "31", pattern="^[0-9]{2}$", description="the State's code of the province"
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="postgresql://...; without it an embedded server runs under HOCBA_HOME",
    )
    master_key_file: Path | None = Field(
        None, description="key that wraps the records' keys; HOCBA_HOME/keys/master.key by default"
    )
    blobs: Path | None = Field(
        None, description="folder of encrypted documents; HOCBA_HOME/blobs by default"
    )
    rpc_url: str | None = Field(
        None, description="JSON-RPC of the chain; the embedded one without it"
    )
    tsa_url: str | None = Field(None, description="RFC 3161 service; without it an own one")
    host: str = Field("127.0.0.1", description="address that `hocba serve` listens on")
    port: int = Field(8080, ge=0, le=65535, description="port that `hocba serve` listens on")
    public_url: str | None = Field(
        None, description="address by which browsers reach the pages; https makes cookies secure"
    )
    merge_delay: int = Field(600, gt=0, description="seconds from seal to final anchor, at most")
    workers: int = Field(2, ge=1, le=64, description="jobs that one `hocba worker` runs at a time")
    language: str = Field("vi", pattern="^(vi|en)$", description="language of the command line")

    @property
    def demo(self) -> bool:
        """Whether the realm can only be a demonstration: .test never resolves (RFC 6761)."""
        return self.realm.endswith(".test")

    @property
    def keys_folder(self) -> Path:
        """Folder of secret keys, readable by the owner alone."""
        return self.home / "keys"

    @property
    def master_key_path(self) -> Path:
        """File of the master key."""
        return self.master_key_file or self.keys_folder / "master.key"

    @property
    def blob_folder(self) -> Path:
        """Folder of the directory blob store."""
        return self.blobs or self.home / "blobs"


def load(**overrides: object) -> Settings:
    """Read the environment; arguments win over it.

    Raises:
        ConfigError: `config.invalid`, naming the first variable that is wrong.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as error:
        first = error.errors()[0]
        name = variable(str(first["loc"][0]))
        raise ConfigError("config.invalid", name=name, reason=first["msg"]) from error


def variable(field: str) -> str:
    """Name of the environment variable of a setting."""
    return "DATABASE_URL" if field.lower() == "database_url" else f"HOCBA_{field.upper()}"


def variables() -> dict[str, str]:
    """Every variable that is read, with what it is for; the operators' page is tested with it."""
    return {
        variable(name): field.description or "" for name, field in Settings.model_fields.items()
    }
