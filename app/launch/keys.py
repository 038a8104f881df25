"""The keys at the start: the cryptographic module, the key file, and whether both belong to the data."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, create_engine, inspect
from sqlalchemy.pool import NullPool

from app.launch import database
from app.launch.errors import CannotStart, why
from domain.kernel import crypto, marks, sealing
from domain.kernel.crypto_providers import UnknownProvider, install

if TYPE_CHECKING:
    from uuid import UUID

    from app.settings import Settings

RECOVER = "请从备份恢复密钥文件，或设置 KEY_FILE / SECRET_KEY"


@lru_cache
def use_module(given: str) -> str:
    """Load the cryptographic module that a setting names as "package:Class", once a process, and give its name.

    :raises CannotStart: there is none, it cannot be made, or it does not keep the contract of providers
    """
    package, _, name = given.partition(":")
    try:
        found = getattr(import_module(package), name)
        made = found()
    except (ImportError, AttributeError, ValueError, TypeError):
        raise CannotStart(
            f"找不到密码模块 {given}；CRYPTO_MODULE 应为 package:Class 的形式，且已安装在本环境中。"
        ) from None
    except Exception as error:
        raise CannotStart(f"密码模块 {given} 无法启用（{type(error).__name__}）；请检查设备和驱动。") from error
    try:
        install(made)
    except ValueError as fault:
        raise CannotStart(f"密码模块 {given} 未通过自检：{fault}。") from None
    except Exception as error:
        raise CannotStart(f"密码模块 {given} 自检时出错（{type(error).__name__}）；请检查设备和驱动。") from error
    return str(made.name)


def provider_in_force(settings: Settings) -> str:
    """Name the provider that new keys are made for: the module if there is one, else CRYPTO.

    :raises CannotStart: the module is wrong
    """
    return use_module(settings.crypto_module) if settings.crypto_module else settings.crypto


def key_ring(settings: Settings) -> crypto.KeyRing:
    """Read the keys, or make them at the first start.

    :raises CannotStart: the secret is too short, or the key file cannot be read
    """
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until they are needed

    name, path = provider_in_force(settings), settings.keys
    try:
        if settings.secret_key:
            return crypto.KeyRing.from_secret(settings.secret_key, name)
        return crypto.KeyRing.load_or_create(path, name, at=now())
    except UnknownProvider as missing:
        raise CannotStart(f"密钥文件 {path} 使用密码模块“{missing.name}”，请用 CRYPTO_MODULE 指定它。") from None
    except ValueError as error:
        if settings.secret_key:
            raise CannotStart(f"{error}。") from None
        raise CannotStart(f"密钥文件 {path} 已损坏；请从备份恢复，否则已加密的资料无法打开。") from None
    except (KeyError, TypeError, AttributeError):
        raise CannotStart(f"密钥文件 {path} 不完整；请从备份恢复，否则已加密的资料无法打开。") from None
    except OSError as error:
        raise CannotStart(f"密钥文件 {path} 无法读写（{why(error)}）。") from None


def check_keys_belong(settings: Settings, url: str) -> crypto.KeyRing:
    """Give the keys, made at the first start, once it is clear that they open what the database holds.

    What tells the keys from others is noted in the database; where nothing is noted yet (a first start, or data of
    an earlier release) one field of every kind is opened instead.

    :raises CannotStart: the key file is lost beside sealed data, belongs to another database, or lacks a version
    """
    engine = create_engine(database.read_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        if not inspect(connection).has_table(marks.TABLE):
            return key_ring(settings)
        noted = marks.all_of(connection, "key.")
        lost = not settings.secret_key and not settings.keys.exists()
        if lost and (noted or sealing.holds_any(connection, models())):
            raise CannotStart(f"数据库中已有加密资料，但找不到密钥文件 {settings.keys}；{RECOVER}。")
        ring = key_ring(settings)
        _compare(settings, connection, ring, noted)
        missing = {name: value for name, value in ring.fingerprints().items() if name not in noted}
        if missing:
            marks.note(connection, missing)
            connection.commit()
    return ring


def check_keys_of_backup(settings: Settings, noted: dict[str, str], sample: tuple[UUID, bytes] | None) -> None:
    """Make sure that the keys open what a backup holds, before anything is restored from it. Makes no keys.

    :param noted: what the backup's database notes about its keys; a backup of an earlier release notes nothing
    :param sample: one account with its sealed name, which is tried where nothing is noted
    :raises CannotStart: the key file is missing, damaged, of another database, or lacks a version
    """
    if not settings.secret_key and not settings.keys.exists():
        if noted or sample:
            raise CannotStart(
                f"备份中有加密资料，但找不到密钥文件 {settings.keys}；未做任何改动。"
                "请先放好备份当时的密钥文件，或设置 KEY_FILE / SECRET_KEY。"
            )
        return
    ring = key_ring(settings)
    if lacking := _agree(settings, ring, noted, of="这个备份"):
        raise _lacks(settings, lacking, "备份")
    if not noted and sample:
        crypto.use(ring)
        if not sealing.opens("account", "name", sample):
            raise CannotStart(f"{_where(settings)} 打不开备份中已加密的资料，不属于这个备份；未做任何改动，{RECOVER}。")


def _agree(settings: Settings, ring: crypto.KeyRing, noted: dict[str, str], *, of: str) -> list[int]:
    """Compare the keys with what is noted of them, and give the versions they lack."""
    own = ring.fingerprints()
    if any(own[name] != value for name, value in noted.items() if name in own):
        advice = "请检查 SECRET_KEY 和 CRYPTO 是否改过" if settings.secret_key else RECOVER
        raise CannotStart(f"{_where(settings)} 不属于{of}，用它打不开已加密的资料；未做任何改动，{advice}。")
    return sorted(int(name.removeprefix("key.")) for name in noted if name not in own)


def _lacks(settings: Settings, lacking: list[int], what: str) -> CannotStart:
    versions = "、".join(str(version) for version in lacking)
    return CannotStart(
        f"{_where(settings)} 缺少第 {versions} 版密钥，而{what}仍在使用；请恢复最近一次轮换后的密钥文件。"
    )


def _where(settings: Settings) -> str:
    return "SECRET_KEY" if settings.secret_key else f"密钥文件 {settings.keys}"


def _compare(settings: Settings, connection: Connection, ring: crypto.KeyRing, noted: dict[str, str]) -> None:
    lacking = _agree(settings, ring, noted, of="这个数据库")
    if not noted and sealing.holds_any(connection, models()):
        crypto.use(ring)
        held = sealing.count(connection, models())
        lacking = sorted({version for one in held for version in one.versions} - set(ring.masters))
        shut = sealing.shut(connection, models())
        if shut and not lacking:
            raise CannotStart(
                f"{_where(settings)} 打不开已加密的资料（{shut[0]} 等），不属于这个数据库；未做任何改动，{RECOVER}。"
            )
    if lacking:
        raise _lacks(settings, lacking, "数据")


def models() -> MetaData:
    """Give the tables of all rooms."""
    from migrations.models import metadata  # noqa: PLC0415 - it loads every room

    return metadata()
