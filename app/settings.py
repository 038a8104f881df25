"""Every setting of the product: from the environment, else from `.env`, else its default.

docs/operations.md describes each of them; a test keeps the two equal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.launch.errors import CannotStart
from app.launch.postgres import DATABASE, Postgres
from domain.notices import sending


class Settings(BaseSettings):
    """What an operator may decide."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    port: int = Field(default=8000, ge=0, le=65535, description="服务端口")
    host: str = Field(default="127.0.0.1", description="监听地址")
    data_dir: Path = Field(default=Path(".data"), description="数据目录：内置数据库、附件、密钥和日志")
    database_url: str = Field(default="", repr=False, description="外部 PostgreSQL 15 以上；为空时使用内置数据库")
    database_owner_url: str = Field(
        default="", repr=False, description="外部数据库的所有者，用于升级和授权；为空时与 DATABASE_URL 相同"
    )
    redis_url: str = Field(default="", repr=False, description="Redis；为空时不使用，单进程运行")
    public_url: str = Field(default="", description="对外网址，用于短信和二维码中的链接；为空时取请求的网址")
    demo: bool = Field(default=False, description="演示模式：首次启动时载入虚构的清溪县")
    demo_cases: int = Field(default=300, ge=1, le=200_000, description="演示县首次载入的案件数")
    demo_password: str = Field(default="", repr=False, description="演示账号的密码；为空时随机生成并只显示一次")
    secret_key: str = Field(default="", repr=False, description="主密钥的来源，至少 32 个字符；为空时使用密钥文件")
    key_file: Path | None = Field(default=None, description="密钥文件；为空时为数据目录下的 keys.json")
    crypto: Literal["sm", "aes"] = Field(
        default="sm", description="新密钥的算法：sm 为 SM4/SM3，aes 为 AES-256/SHA-256"
    )
    crypto_module: str = Field(default="", description="密码模块，如 package:Class；设置后代替 CRYPTO")
    sms_provider: str = Field(default="", description="短信通道；为空时演示模式用 outbox，否则不发送")
    sms_quiet_hours: str = Field(
        default="21:00-08:00", description="夜间不向诉求人发送短信（验证码除外）的时段；none 为不设"
    )
    answer_release: Literal["at_once", "centre"] = Field(
        default="at_once",
        description="办理结果何时给诉求人看：at_once 提交即公开，centre 由综治中心核实后公开",
    )
    objection_workdays: int = Field(default=2, ge=0, le=30, description="结果公开后诉求人提出异议的工作日数；0 为不设")
    trusted_proxies: str = Field(
        default="", description="可信反向代理的地址或网段，逗号分隔；只有它们的 X-Forwarded-For/Proto 才被采信"
    )
    tls_cert: Path | None = Field(default=None, description="TLS 证书链（PEM）；与 TLS_KEY 一起设置时直接以 https 服务")
    tls_key: Path | None = Field(default=None, description="TLS 私钥（PEM）")
    sign_on_oidc_issuer: str = Field(default="", description="统一身份认证（OIDC）的地址；为空时不启用")
    sign_on_oidc_client_id: str = Field(default="", description="本系统在统一身份认证的编号")
    sign_on_oidc_client_secret: str = Field(default="", repr=False, description="本系统在统一身份认证的密钥")
    sign_on_sm2_ca: Path | None = Field(default=None, description="数字证书登录所信任的机构证书文件；为空时不启用")
    sign_on_sm2_crl: Path | None = Field(default=None, description="机构的吊销列表文件；为空时不检查吊销")
    sign_on_sm2_service: str = Field(default="http://127.0.0.1:9901", description="浏览器旁 UKey 服务的地址")
    clock_tolerance_minutes: int = Field(
        default=5,
        ge=1,
        le=1440,
        description="本机时间与数据库时间、与本机运行时长最多相差几分钟；超过即暂停按时间进行的工作",
    )
    clock_longest_stop_days: int = Field(
        default=30, ge=1, le=3650, description="停机多少天之后再启动，须先由管理员确认系统时间"
    )
    workers: int = Field(default=1, ge=1, le=64, description="服务进程数；大于 1 时须设置 REDIS_URL")

    @field_validator("sms_quiet_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        sending.parsed(text)
        return text

    @property
    def data(self) -> Path:
        """Give the data folder as an absolute path."""
        return self.data_dir.expanduser().absolute()

    @property
    def keys(self) -> Path:
        """Tell where the key file lies."""
        return (self.key_file or self.data / "keys.json").expanduser().absolute()

    @property
    def files(self) -> Path:
        """Tell where attachments lie."""
        return self.data / "files"

    @property
    def logs(self) -> Path:
        """Tell where the logs lie."""
        return self.data / "logs"

    @property
    def sms(self) -> str:
        """Name the SMS channel in force, empty for none."""
        return self.sms_provider or ("outbox" if self.demo else "")

    def postgres(self) -> Postgres | None:
        """Give the embedded server of the data folder, None if another database was named."""
        return None if self.database_url else Postgres(self.data / "postgres")

    def resolved_database_url(self) -> str:
        """Give the URL of the database in force, as its owner: for migrations and commands."""
        server = self.postgres()
        return server.url(DATABASE) if server else self.database_owner_url or self.database_url

    def serving_database_url(self) -> str:
        """Give the URL under which people are served: where it is set up, a role that cannot change the journal."""
        server = self.postgres()
        return server.serving_url(DATABASE) if server else self.database_url


def load(**given: Any) -> Settings:
    """Read the settings.

    :raises CannotStart: a value does not fit; the sentence names the setting and not its value
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        names = "、".join(sorted({str(fault["loc"][0]).upper() for fault in error.errors() if fault["loc"]}))
        raise CannotStart(f"设置有误：{names}。允许的取值见 docs/operations.md。") from None
