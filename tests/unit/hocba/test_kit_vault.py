"""Keys, sealed values, blobs and the audit log."""

import errno
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hocba.kit import audit, blobs
from hocba.kit.blobs import Blobs, BlobStore, DirectoryStore
from hocba.kit.errors import ConfigError, IntegrityError, NotFoundError, StorageError
from hocba.kit.vault import DataKey, MasterKey, Vault, WrappedKey
from verifier.formats.canonical import sha256_hex

ROOT = Path(__file__).parents[3]
KEY = DataKey(bytes(32))
PUPIL = UUID(int=7)


@given(st.binary(max_size=200), st.text(max_size=30))
def test_what_is_sealed_opens_in_its_place(value, context):
    assert KEY.open(KEY.seal(value, context=context), context=context) == value


def test_the_same_value_in_the_same_place_gives_the_same_bytes():
    assert KEY.seal(b"8.5", context="a") == KEY.seal(b"8.5", context="a")
    assert KEY.seal(b"8.5", context="a") != KEY.seal(b"8.5", context="b")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_does_not_open(place, change):
    sealed = bytearray(KEY.seal(b"a mark", context="here"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(IntegrityError, match=r"vault\.tampered"):
        KEY.open(bytes(sealed), context="here")


def test_a_value_moved_to_another_place_or_pupil_does_not_open():
    sealed = KEY.seal_json("8.5", context="mark_event:1:new")
    with pytest.raises(IntegrityError):
        KEY.open_json(sealed, context="mark_event:2:new")
    with pytest.raises(IntegrityError):
        DataKey(bytes(31) + b"\1").open_json(sealed, context="mark_event:1:new")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(40), b"\x01" + bytes(11)])
def test_rubbish_does_not_open(sealed):
    with pytest.raises(IntegrityError):
        KEY.open(sealed, context="x")


def test_a_key_lies_wrapped_in_the_database(db, vault, at):
    secrets = []

    def random(size: int) -> bytes:
        secrets.append(os.urandom(size))
        return secrets[-1]

    sealed = (
        Vault(MasterKey(bytes(32)), random=random)
        .new_key(db, PUPIL, at=at)
        .seal(b"value", context="c")
    )
    stored = db.get(WrappedKey, PUPIL).wrapped
    assert secrets[0] not in stored
    again = Vault(MasterKey(bytes(32)))
    assert again.key(db, PUPIL).open(sealed, context="c") == b"value"
    with pytest.raises(ConfigError, match=r"vault\.wrong_master_key"):
        vault.key(db, PUPIL)


def test_erasing_a_key_is_for_good(db, vault, at):
    vault.new_keys(db, [PUPIL, UUID(int=8)], at=at)
    vault.erase(db, PUPIL, at=at)
    db.expire_all()
    assert db.get(WrappedKey, PUPIL).wrapped is None
    with pytest.raises(NotFoundError, match=r"vault\.erased"):
        vault.key(db, PUPIL)
    assert set(vault.keys(db, [PUPIL, UUID(int=8), UUID(int=9)])) == {UUID(int=8)}
    vault.erase(db, PUPIL, at=at + timedelta(days=1))
    db.expire_all()
    assert db.get(WrappedKey, PUPIL).erased_at == at


def test_a_wrapped_key_moved_to_another_pupil_does_not_open(db, vault, at):
    vault.new_keys(db, [PUPIL, UUID(int=8)], at=at)
    db.get(WrappedKey, UUID(int=8)).wrapped = db.get(WrappedKey, PUPIL).wrapped
    db.flush()
    with pytest.raises(IntegrityError, match=r"vault\.tampered"):
        vault.key(db, UUID(int=8))


def test_an_unknown_key_is_not_found(db, vault):
    with pytest.raises(NotFoundError, match=r"vault\.unknown_key"):
        vault.key(db, PUPIL)


def test_the_application_cannot_delete_keys(db):
    assert not db.scalar(text("SELECT has_table_privilege('hocba_app', 'record_key', 'DELETE')"))


def test_a_new_master_key_is_readable_by_its_owner_alone(home):
    path = home / "keys" / "master.key"
    made = MasterKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert MasterKey.open(path) == made == MasterKey.create(path)
    assert [each.name for each in path.parent.iterdir()] == ["master.key"]


def test_a_lost_master_key_is_never_replaced_in_silence(home):
    with pytest.raises(ConfigError, match=r"vault\.no_master_key"):
        Vault.open(home / "master.key")


@pytest.mark.parametrize("content", [b"", b"hocba-master-1 AAAA\n", b"other " + b"A" * 44, b"\xff"])
def test_a_damaged_master_key_is_named(home, content):
    path = home / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"vault\.bad_master_key"):
        MasterKey.open(path)


def test_a_master_key_that_others_can_read_is_refused(home):
    path = home / "master.key"
    MasterKey.create(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=r"vault\.open_to_others"):
        MasterKey.open(path)


class MemoryStore:
    """A `BlobStore` for tests, held to the same contract."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        self._blobs[sha256_hex(data)] = data
        return sha256_hex(data)

    def get(self, digest: str) -> bytes:
        blobs.check_digest(digest)
        if digest not in self._blobs:
            raise NotFoundError("storage.missing", digest=digest)
        return self._blobs[digest]

    def has(self, digest: str) -> bool:
        blobs.check_digest(digest)
        return digest in self._blobs

    def delete(self, digest: str) -> None:
        self._blobs.pop(digest, None)

    def digests(self):
        yield from self._blobs


@pytest.fixture(params=["directory", "memory"])
def store(request, home) -> BlobStore:
    return DirectoryStore(home / "blobs") if request.param == "directory" else MemoryStore()


def test_a_store_gives_back_what_was_put(store):
    digest = store.put(b"a document")
    assert digest == sha256_hex(b"a document") == store.put(b"a document")
    assert store.get(digest) == b"a document"
    assert store.has(digest)
    assert list(store.digests()) == [digest]


def test_a_store_can_hold_nothing_and_much(store):
    for data in (b"", bytes(3_000_000)):
        assert store.get(store.put(data)) == data


def test_a_missing_blob_is_not_found(store):
    digest = sha256_hex(b"x")
    assert not store.has(digest)
    store.delete(digest)
    with pytest.raises(NotFoundError, match=r"storage\.missing"):
        store.get(digest)


def test_a_deleted_blob_is_gone(store):
    digest = store.put(b"x")
    store.delete(digest)
    assert not store.has(digest)
    assert list(store.digests()) == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_a_name_that_is_no_digest_reaches_no_file(store, digest):
    for ask in (store.get, store.has):
        with pytest.raises(IntegrityError, match=r"storage\.bad_digest"):
            ask(digest)


@pytest.fixture
def directory(home) -> DirectoryStore:
    return DirectoryStore(home / "blobs")


def _files(store: DirectoryStore) -> list[Path]:
    return [path for path in store.path("0" * 64).parents[2].rglob("*") if path.is_file()]


def test_a_swapped_file_is_noticed_without_any_key(directory):
    first, second = directory.put(b"first"), directory.put(b"second")
    directory.path(first).write_bytes(directory.path(second).read_bytes())
    with pytest.raises(IntegrityError, match=r"storage\.swapped"):
        directory.get(first)


def test_blobs_are_encrypted_and_bound_to_their_place(directory):
    store = Blobs(directory)
    digest = store.save(KEY, b"%PDF-1.7 Nguyen Van An", context="sealed:1")
    assert b"Nguyen" not in directory.path(digest).read_bytes()
    assert store.load(KEY, digest, context="sealed:1") == b"%PDF-1.7 Nguyen Van An"
    assert store.save(KEY, b"%PDF-1.7 Nguyen Van An", context="sealed:1") == digest
    with pytest.raises(IntegrityError, match=r"vault\.tampered"):
        store.load(KEY, digest, context="sealed:2")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_half_written(directory, monkeypatch, number, step):
    def fail(*_arguments):
        raise OSError(number, os.strerror(number))

    if step == "write":
        monkeypatch.setattr(blobs, "_write", lambda path, data: (path.write_bytes(data), fail()))
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StorageError) as caught:
        directory.put(b"a document")
    assert caught.value.code == "storage.full"
    assert _files(directory) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_kernels_own_answer_of_a_full_disk_is_understood():
    with pytest.raises(StorageError) as caught, blobs.storage_errors():
        Path("/dev/full").write_bytes(b"x")
    assert caught.value.code == "storage.full"


def test_another_fault_of_the_disk_is_told_with_its_reason(home):
    (home / "blobs").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageError) as caught:
        DirectoryStore(home / "blobs").put(b"x")
    assert caught.value.code == "storage.failed"


@pytest.mark.parametrize(
    ("failpoint", "stored"),
    [
        ("blob.before_write", False),
        ("blob.before_rename", False),
        ("blob.after_rename", True),
    ],
)
def test_a_kill_leaves_a_whole_blob_or_none_and_a_second_try_ends_the_work(
    directory, failpoint, stored
):
    folder = directory.path("0" * 64).parents[2]
    code = (
        "import pathlib, sys\nfrom hocba.kit.blobs import DirectoryStore\n"
        "DirectoryStore(pathlib.Path(sys.argv[1])).put(b'a document')"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        check=False,
        env={"HOCBA_FAILPOINT": failpoint, "PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == -9
    assert directory.has(sha256_hex(b"a document")) == stored
    assert directory.get(directory.put(b"a document")) == b"a document"
    directory.sweep(before=2**40)
    assert len(_files(directory)) == 1


def test_a_sweep_spares_writers_at_work(directory):
    path = directory.path("0" * 64)
    path.parent.mkdir(parents=True)
    aside = path.with_name(f"{path.name}.1.new")
    aside.touch()
    assert directory.sweep(before=aside.stat().st_mtime - 1) == 0
    assert directory.sweep(before=aside.stat().st_mtime + 1) == 1


def test_a_blob_cut_short_by_a_power_cut_is_written_again(directory):
    digest = directory.put(b"a document")
    directory.path(digest).write_bytes(b"a doc")
    assert directory.put(b"a document") == digest
    assert directory.get(digest) == b"a document"


def test_the_audit_log_says_who_did_what(db, at):
    target = f"class:{uuid4()}"
    audit.record(db, actor="staff:1", action="class.frozen", target=target, at=at)
    audit.record(db, actor="system", action="class.returned", target=target, at=at)
    found = audit.events_of(db, target)
    assert [(event.actor, event.action, event.at) for event in found] == [
        ("staff:1", "class.frozen", at),
        ("system", "class.returned", at),
    ]


@pytest.mark.parametrize(
    ("actor", "action", "target"),
    [
        ("Nguyễn Văn An", "class.frozen", "class:1"),
        ("staff:1", "class.frozen", "pupil:Trần Văn Ổn"),
        ("staff:1", "gave 8,5", "class:1"),
        ("staff:a b", "class.frozen", "class:1"),
    ],
)
def test_the_audit_log_takes_no_personal_data(db, at, actor, action, target):
    with pytest.raises(ValueError, match="not an identifier"):
        audit.record(db, actor=actor, action=action, target=target, at=at)
