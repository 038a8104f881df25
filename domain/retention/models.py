"""Tables of rules, holds and tombstones."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Kind(Labelled):
    CARD = "card", "读卡原始数据和照片"
    VISITOR = "visitor", "来访人员（未立案）"
    CASE = "case", "案件当事人和经办人"
    DRAFT = "draft", "未提交的表单草稿"
    MESSAGE = "message", "短信号码和内容"
    NOTICE_READ = "notice_read", "已读站内消息"
    NOTICE = "notice", "未读站内消息"
    SESSION = "session", "登录会话"
    ANSWER = "answer", "接口幂等应答"
    CODE = "code", "验证码和查询会话"
    UPLOAD = "upload", "已上传未使用的图片"
    PRESENCE = "presence", "在线状态和查看计数"


class Ending(Labelled):
    """What happens when its time is over."""

    NONE = "none", "不保存"
    ANONYMISE = "anonymise", "匿名化"
    DELETE = "delete", "删除"


class RetentionRule(Row, table=True):
    """A rule that somebody set; a change ends it and begins another, nothing is overwritten.

    no_pii
    """

    __tablename__ = "retention_rule"
    __table_args__ = (Index("ix_retention_rule", "kind", unique=True, postgresql_where="ended_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: Kind = Field(sa_type=Word(Kind))  # type: ignore[call-overload]
    days: int
    action: Ending = Field(sa_type=Word(Ending))  # type: ignore[call-overload]
    active: bool
    note: str
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class LegalHold(Row, table=True):
    """That a case is kept whatever the rules say, and why.

    no_pii: the reason names the proceeding, not the person
    """

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold", "case_id", unique=True, postgresql_where="ended_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    reason: str
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Tombstone(Row, table=True):
    """That a person was made anonymous: when, and by which kind of rule. Not who it was, not even as a digest.

    no_pii
    """

    __tablename__ = "tombstone"

    subject_id: UUID = Field(primary_key=True)
    kind: Kind = Field(sa_type=Word(Kind))  # type: ignore[call-overload]
    rule_id: UUID | None = None
    at: datetime = Field(sa_type=MOMENT)
