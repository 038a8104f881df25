"""Every setting of the product: from the environment, else from `.env`, else its default.

docs/operations.md describes each of them; a test keeps the two equal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app import allowed
from app.launch.errors import CannotStart

if TYPE_CHECKING:
    from app.launch.postgres import Postgres

Plain = Annotated[str, AfterValidator(allowed.plain)]
Host = Annotated[str, AfterValidator(allowed.host)]
Origin = Annotated[str, AfterValidator(allowed.unless_empty(allowed.origin))]
Address = Annotated[str, AfterValidator(allowed.unless_empty(allowed.address))]
Redis = Annotated[str, AfterValidator(allowed.unless_empty(allowed.redis))]
Database = Annotated[str, AfterValidator(allowed.unless_empty(allowed.database))]
Proxies = Annotated[str, AfterValidator(allowed.proxies)]
Module = Annotated[str, AfterValidator(allowed.unless_empty(allowed.module))]
Secret = Annotated[str, AfterValidator(allowed.unless_empty(allowed.secret))]
Password = Annotated[str, AfterValidator(allowed.unless_empty(allowed.password))]
Hour = Annotated[str, AfterValidator(allowed.hour)]
QuietHours = Annotated[str, AfterValidator(allowed.quiet_hours)]
Folder = Annotated[Path, AfterValidator(allowed.folder)]
NewFile = Annotated[Path, AfterValidator(allowed.new_file)]


class Settings(BaseSettings):
    """What an operator may decide."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=False,
        hide_input_in_errors=True,
    )

    port: int = Field(default=8000, ge=0, le=65535, description="服务端口")
    host: Host = Field(default="127.0.0.1", description="监听地址")
    data_dir: Folder = Field(default=Path(".data"), description="数据目录：内置数据库、附件、密钥和日志")
    database_url: Database = Field(default="", repr=False, description="外部 PostgreSQL 15 以上；为空时使用内置数据库")
    database_owner_url: Database = Field(
        default="", repr=False, description="外部数据库的所有者，用于升级和授权；为空时与 DATABASE_URL 相同"
    )
    redis_url: Redis = Field(default="", repr=False, description="Redis；为空时不使用，单进程运行")
    public_url: Origin = Field(default="", description="对外网址，用于短信和二维码中的链接；为空时取请求的网址")
    demo: bool = Field(default=False, description="演示模式：首次启动时载入虚构的清溪县")
    demo_cases: int = Field(default=300, ge=1, le=200_000, description="演示县首次载入的案件数")
    demo_password: Password = Field(default="", repr=False, description="演示账号的密码；为空时随机生成并只显示一次")
    secret_key: Secret = Field(default="", repr=False, description="主密钥的来源，至少 32 个字符；为空时使用密钥文件")
    key_file: NewFile | None = Field(default=None, description="密钥文件；为空时为数据目录下的 keys.json")
    crypto: Literal["sm", "aes"] = Field(
        default="sm", description="新密钥的算法：sm 为 SM4/SM3，aes 为 AES-256/SHA-256"
    )
    crypto_module: Module = Field(default="", description="密码模块，如 package:Class；设置后代替 CRYPTO")
    sms_provider: Plain = Field(default="", description="短信通道；为空时不发送，演示模式下显示在 /demo/sms")
    sms_quiet_hours: QuietHours = Field(
        default="21:00-08:00", description="夜间不向诉求人发送短信（验证码除外）的时段；none 为不设"
    )
    brief_time: Hour = Field(default="08:00", description="每个工作日生成晨报的时间；none 为不生成")
    answer_release: Literal["at_once", "centre"] = Field(
        default="at_once",
        description="办理结果何时给诉求人看：at_once 提交即公开，centre 由综治中心核实后公开",
    )
    objection_workdays: int = Field(default=2, ge=0, le=30, description="结果公开后诉求人提出异议的工作日数；0 为不设")
    trusted_proxies: Proxies = Field(
        default="", description="可信反向代理的地址或网段，逗号分隔；只有它们的 X-Forwarded-For/Proto 才被采信"
    )
    tls_cert: Path | None = Field(default=None, description="TLS 证书链（PEM）；与 TLS_KEY 一起设置时直接以 https 服务")
    tls_key: Path | None = Field(default=None, description="TLS 私钥（PEM）")
    sign_on_oidc_issuer: Address = Field(default="", description="统一身份认证（OIDC）的地址；为空时不启用")
    sign_on_oidc_client_id: Plain = Field(default="", description="本系统在统一身份认证的编号")
    sign_on_oidc_client_secret: Plain = Field(default="", repr=False, description="本系统在统一身份认证的密钥")
    sign_on_sm2_ca: Path | None = Field(default=None, description="数字证书登录所信任的机构证书文件；为空时不启用")
    sign_on_sm2_crl: Path | None = Field(default=None, description="机构的吊销列表文件；为空时不检查吊销")
    sign_on_sm2_service: Origin = Field(default="http://127.0.0.1:9901", description="浏览器旁 UKey 服务的地址")
    clock_tolerance_minutes: int = Field(
        default=5,
        ge=1,
        le=1440,
        description="本机时间与数据库时间、与本机运行时长最多相差几分钟；超过即暂停按时间进行的工作",
    )
    clock_longest_stop_days: int = Field(
        default=30, ge=1, le=3650, description="停机多少天之后再启动，须先由管理员确认系统时间"
    )
    workers: int = Field(default=1, ge=1, le=64, description="网页进程数；大于 1 时按登录会话分给各进程")

    @model_validator(mode="after")
    def _together(self) -> Self:
        # What each allows, not all allow together.
        whole_tls = (self.tls_cert is None) == (self.tls_key is None)
        oidc = (self.sign_on_oidc_issuer, self.sign_on_oidc_client_id, self.sign_on_oidc_client_secret)
        wrong = {
            "TLS_CERT 和 TLS_KEY 须同时设置": not whole_tls,
            "SIGN_ON_OIDC_ISSUER、SIGN_ON_OIDC_CLIENT_ID 和 SIGN_ON_OIDC_CLIENT_SECRET 须同时设置": any(oidc)
            and not all(oidc),
            "设置 SIGN_ON_SM2_CRL 时须设置 SIGN_ON_SM2_CA": bool(self.sign_on_sm2_crl and not self.sign_on_sm2_ca),
            "设置 DATABASE_OWNER_URL 时须设置 DATABASE_URL": bool(self.database_owner_url and not self.database_url),
            "设置 CRYPTO_MODULE 时不能设置 SECRET_KEY，密码模块自行生成密钥": bool(
                self.crypto_module and self.secret_key
            ),
        }
        if found := [said for said, so in wrong.items() if so]:
            raise PydanticCustomError("together", "{said}", {"said": "；".join(found)})
        return self

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
        from app.launch.postgres import Postgres  # noqa: PLC0415 - a wrong setting is told before it is loaded

        return None if self.database_url else Postgres(self.data / "postgres")

    def resolved_database_url(self) -> str:
        """Give the URL of the database in force, as its owner: for migrations and commands."""
        server = self.postgres()
        return server.url() if server else self.database_owner_url or self.database_url

    def serving_database_url(self) -> str:
        """Give the URL under which people are served: where it is set up, a role that cannot change the journal."""
        server = self.postgres()
        return server.serving_url() if server else self.database_url


def load(**given: Any) -> Settings:
    """Read the settings.

    :raises CannotStart: a value does not fit; the sentence names the setting and what it may be, not its value
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        told = dict.fromkeys(_said(fault) for fault in error.errors(include_url=False, include_input=False))
        raise CannotStart(f"设置有误：{'；'.join(told)}。") from None
    except (OSError, UnicodeDecodeError):
        raise CannotStart("设置有误：当前目录的 .env 无法读取，应为 UTF-8 编码的文本文件。") from None


def _said(fault: Any) -> str:
    """Name a setting, and say what it may be."""
    if not fault["loc"]:
        return str(fault["msg"])
    name = str(fault["loc"][0])
    if fault["type"] == "value_error":
        return f"{name.upper()} {fault['ctx']['error']}"
    return f"{name.upper()} {_may_be(name)}"


def _may_be(name: str) -> str:
    field = Settings.model_fields[name]
    if words := get_args(field.annotation):
        return allowed.one_of(words)
    if field.annotation is bool:
        return allowed.one_of(("1", "0"))
    ends = [getattr(bound, side) for bound in field.metadata for side in ("ge", "le") if hasattr(bound, side)]
    return f"应为 {ends[0]} 至 {ends[1]} 的整数" if ends else "应为文件或目录的路径"
