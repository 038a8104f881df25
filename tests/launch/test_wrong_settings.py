"""Every setting with nonsense in it: which one it is and what is allowed, before anything is written or started."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.allowed import SHORTEST_SECRET
from app.settings import Settings
from domain.kernel.crypto_keys import MIN_SECRET
from tests.support.certificates import Authority
from tests.support.commands import Forking, forking

NOTHING_LISTENS = "redis://:hidden-word@127.0.0.1:1/0"


@dataclass(frozen=True)
class Wrong:
    """A setting that cannot be.

    :ivar said: is in the sentence beside the setting's name
    :ivar beside: other settings
    :ivar only: the command that looks at it, where not every one does
    """

    value: str
    said: str
    beside: dict[str, str] = field(default_factory=dict)
    only: str = "migrate"


SITE = "http:// 或 https://"
WRONG: dict[str, list[Wrong]] = {
    "PORT": [Wrong(value, "应为 0 至 65535 的整数") for value in ("many", "-1", "65536", "80.5")],
    "HOST": [
        Wrong("a b", "应为本机的 IP 地址或主机名"),
        Wrong("http://127.0.0.1", "应为本机的 IP 地址或主机名"),
        Wrong("203.0.113.7", "无法监听", only="serve"),
    ],
    "DATA_DIR": [
        Wrong("{folder}/file", "应为目录"),
        Wrong("{folder}/file/data", "应为目录"),
        Wrong("/proc/self", "无法写入"),
    ],
    "DATABASE_URL": [
        Wrong("hidden-word", "应为 postgresql://"),
        Wrong("mysql://root:hidden-word@h/d", "应为 postgresql://"),
        Wrong("postgresql://u:hidden-word@h", "缺少数据库名"),
        Wrong("postgresql://u:hidden-word@h:port/d", "无法识别"),
        Wrong("postgresql://u:hidden-word@127.0.0.1:1/d", "无法连接数据库"),
    ],
    "DATABASE_OWNER_URL": [
        Wrong("sqlite:///hidden-word", "应为 postgresql://", beside={"DATABASE_URL": "postgresql://u@h/d"}),
        Wrong("postgresql://u:hidden-word@h/d", "须设置 DATABASE_URL"),
    ],
    "REDIS_URL": [
        Wrong("hidden-word", "应为 redis:// 或 rediss://"),
        Wrong("http://127.0.0.1", "应为 redis:// 或 rediss://"),
        Wrong("redis://", "应为 redis:// 或 rediss://"),
        Wrong("redis://127.0.0.1:99999", "应为 redis:// 或 rediss://"),
        Wrong("redis://127.0.0.1/first", "应为 redis:// 或 rediss://"),
        Wrong(NOTHING_LISTENS, "无法连接", only="serve"),
    ],
    "PUBLIC_URL": [
        Wrong(value, SITE)
        for value in (
            "zz.example",
            "ftp://zz.example",
            "https://",
            "https://zz.example/path",
            "https://a:b@zz.example",
            "https://zz.example?q=1",
            "https://zz example",
            "https://zz.example:99999",
        )
    ],
    "DEMO": [Wrong("perhaps", "只能是 1 或 0")],
    "DEMO_CASES": [Wrong(value, "应为 1 至 200000 的整数") for value in ("some", "0", "200001")],
    "DEMO_PASSWORD": [Wrong("hidden", "不能用作密码")],
    "SECRET_KEY": [Wrong("hidden-word", "至少需要 32 个字符")],
    "KEY_FILE": [Wrong("{folder}", "应为文件"), Wrong("{folder}/missing/keys.json", "不存在")],
    "CRYPTO": [Wrong("rot13", "只能是 sm 或 aes")],
    "CRYPTO_MODULE": [
        Wrong("nonsense", "package:Class"),
        Wrong("no_such_package:Hsm", "找不到密码模块"),
        Wrong("a:B", "不能设置 SECRET_KEY", beside={"SECRET_KEY": "x" * 32}),
    ],
    "SMS_PROVIDER": [
        Wrong("pigeon", "没有这个短信通道；本版本不带短信通道"),
        Wrong("outbox", "只用于演示模式（DEMO=1）"),
    ],
    "SMS_QUIET_HOURS": [Wrong(value, "21:00-08:00") for value in ("night", "21-8", "25:00-08:00", "08:00-08:00")],
    "BRIEF_TIME": [Wrong(value, "08:00 这样的时间") for value in ("early", "8:00", "24:00")],
    "ANSWER_RELEASE": [Wrong("later", "只能是 at_once 或 centre")],
    "OBJECTION_WORKDAYS": [Wrong(value, "应为 0 至 30 的整数") for value in ("two", "-1", "31")],
    "TRUSTED_PROXIES": [Wrong(value, "IP 地址或网段") for value in ("proxy", "*", "10.0.0.1/8", "127.0.0.1;10.0.0.1")],
    "TLS_CERT": [
        Wrong("{folder}/one.pem", "须同时设置"),
        Wrong("{folder}/missing.pem", "文件或目录不存在", beside={"TLS_KEY": "{folder}/one.key"}, only="serve"),
        Wrong("{folder}", "是目录", beside={"TLS_KEY": "{folder}/one.key"}, only="serve"),
        Wrong("{folder}/file", "不是 PEM 格式的证书", beside={"TLS_KEY": "{folder}/one.key"}, only="serve"),
        Wrong("{folder}/spoilt.pem", "已损坏", beside={"TLS_KEY": "{folder}/one.key"}, only="serve"),
    ],
    "TLS_KEY": [
        Wrong("{folder}/one.key", "须同时设置"),
        Wrong("{folder}/missing.key", "文件或目录不存在", beside={"TLS_CERT": "{folder}/one.pem"}, only="serve"),
        Wrong("{folder}/one.pem", "不是 PEM 格式的私钥", beside={"TLS_CERT": "{folder}/one.pem"}, only="serve"),
        Wrong("{folder}/other.key", "不匹配", beside={"TLS_CERT": "{folder}/one.pem"}, only="serve"),
        Wrong("{folder}/locked.key", "设有口令", beside={"TLS_CERT": "{folder}/one.pem"}, only="serve"),
    ],
    "SIGN_ON_OIDC_ISSUER": [
        Wrong("platform", SITE),
        Wrong("https://id.example?x=1", SITE),
        Wrong("https://id.example", "须同时设置"),
    ],
    "SIGN_ON_OIDC_CLIENT_ID": [Wrong("desk", "须同时设置"), Wrong("a\tb", "控制字符")],
    "SIGN_ON_OIDC_CLIENT_SECRET": [Wrong("hidden-word", "须同时设置"), Wrong("hidden\nword", "控制字符")],
    "SIGN_ON_SM2_CA": [
        Wrong("{folder}/missing.pem", "文件或目录不存在", only="serve"),
        Wrong("{folder}/file", "没有可用的证书", only="serve"),
    ],
    "SIGN_ON_SM2_CRL": [
        Wrong("{folder}/file", "须设置 SIGN_ON_SM2_CA"),
        Wrong("{folder}/missing.crl", "文件或目录不存在", beside={"SIGN_ON_SM2_CA": "{folder}/ca.pem"}, only="serve"),
        Wrong("{folder}/file", "没有可用的吊销列表", beside={"SIGN_ON_SM2_CA": "{folder}/ca.pem"}, only="serve"),
    ],
    "SIGN_ON_SM2_SERVICE": [Wrong("ukey", SITE)],
    "CLOCK_TOLERANCE_MINUTES": [Wrong(value, "应为 1 至 1440 的整数") for value in ("some", "0", "1441")],
    "CLOCK_LONGEST_STOP_DAYS": [Wrong(value, "应为 1 至 3650 的整数") for value in ("some", "0", "3651")],
    "WORKERS": [Wrong(value, "应为 1 至 64 的整数") for value in ("all", "0", "65")],
}


def rows() -> Iterator[object]:
    for name, wrongs in WRONG.items():
        for number, wrong in enumerate(wrongs):
            yield pytest.param(name, wrong, id=f"{name}-{number}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with files that settings may name."""
    made = tmp_path_factory.mktemp("settings")
    authority = Authority(made)
    for name in ("one", "other"):
        authority.issue(name)
    (made / "file").write_text("nothing of use")
    (made / "spoilt.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    (made / "locked.key").write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    return made


@pytest.fixture(scope="module")
def fengqiao(tmp_path_factory: pytest.TempPathFactory) -> Generator[Forking]:
    with forking(tmp_path_factory.mktemp("commands")) as made:
        yield made


def test_no_setting_is_without_nonsense() -> None:
    assert list(WRONG) == [name.upper() for name in Settings.model_fields]


def test_the_shortest_secret_is_one_number() -> None:
    assert SHORTEST_SECRET == MIN_SECRET


@pytest.mark.parametrize(("name", "wrong"), list(rows()))
def test_nonsense_is_named_before_anything_is_written(
    fengqiao: Forking, folder: Path, tmp_path: Path, name: str, wrong: Wrong
) -> None:
    given = {"DATA_DIR": str(tmp_path / "data"), "PORT": "0", **wrong.beside, name: wrong.value}
    filled = {key: value.format(folder=folder) for key, value in given.items()}
    before = sorted(folder.rglob("*"))

    ended = fengqiao.run(wrong.only, given=filled)

    assert ended.status == 1
    sentence = ended.sentence()
    assert name in sentence
    assert wrong.said in sentence
    assert "hidden" not in sentence
    assert list(tmp_path.iterdir()) == []
    assert sorted(folder.rglob("*")) == before


def test_several_wrong_settings_are_named_at_once(fengqiao: Forking, tmp_path: Path) -> None:
    sentence = fengqiao.run(
        "migrate", given={"PORT": "x", "CRYPTO": "x", "DATA_DIR": str(tmp_path / "data")}
    ).sentence()
    assert "PORT" in sentence
    assert "CRYPTO" in sentence


def test_a_file_of_settings_that_cannot_be_read_is_named(fengqiao: Forking, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    ended = fengqiao.run("migrate", cwd=tmp_path, given={"DATA_DIR": str(tmp_path / "data")})
    assert ".env" in ended.sentence()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("public_url", "https://zz.example.gov.cn/", "https://zz.example.gov.cn"),
        ("public_url", "http://[::1]:8000", "http://[::1]:8000"),
        ("host", "::", "::"),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("trusted_proxies", " 127.0.0.1 , 10.0.0.0/8,fd00::/8", "127.0.0.1,10.0.0.0/8,fd00::/8"),
        ("redis_url", "rediss://u:p@redis.example:6380/1", "rediss://u:p@redis.example:6380/1"),
        ("database_url", "postgres:///d?host=/run/postgresql", "postgres:///d?host=/run/postgresql"),
        ("sms_quiet_hours", "none", "none"),
        ("sign_on_oidc_client_id", "", ""),
    ],
)
def test_what_is_right_is_taken(name: str, value: str, taken: str) -> None:
    assert getattr(Settings(**{name: value}, _env_file=None), name) == taken
