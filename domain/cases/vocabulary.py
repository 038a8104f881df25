"""The words of the workflow: statuses, actions, ties, guards, needs, effects.

Each member carries the label or the sentence that a person reads.
"""

from __future__ import annotations

from domain.kernel.labels import Labelled


class Status(Labelled):
    DRAFT = "draft", "草稿"
    TO_DISPATCH = "to_dispatch", "待转派"
    TO_SUPPLEMENT = "to_supplement", "退回待补充"
    TO_ACCEPT = "to_accept", "待接收"
    IN_PROGRESS = "in_progress", "处理中"
    EXTENDED = "extended", "延期处理"
    ORDER_PENDING = "order_pending", "交办待审批"
    LEADER_ORDER = "leader_order", "重点交办"
    RETURN_PENDING = "return_pending", "退回待审批"
    EXTENSION_PENDING = "extension_pending", "延期待审批"
    TO_CONFIRM = "to_confirm", "调处待确认"
    AT_CITY = "at_city", "市级流转中"
    CLOSED = "closed", "已办结"
    VOID = "void", "作废"


class Action(Labelled):
    CREATE = "create", "新增"
    EDIT = "edit", "编辑"
    VOID = "void", "作废"
    SUBMIT = "submit", "提交受理"
    SEND_BACK = "send_back", "驳回"
    RESUBMIT = "resubmit", "补充提交"
    DISPATCH = "dispatch", "转派"
    REDISPATCH = "redispatch", "改派"
    RECALL = "recall", "撤回"
    CLOSE_DIRECTLY = "close_directly", "直接办结"
    PROPOSE_ORDER = "propose_order", "提请交办"
    APPROVE_ORDER = "approve_order", "同意交办"
    REJECT_ORDER = "reject_order", "不同意交办"
    ORDER = "order", "领导直接交办"
    ACCEPT = "accept", "接收"
    ASSIST_ACCEPT = "assist_accept", "协办接收"
    REQUEST_RETURN = "request_return", "申请退回"
    APPROVE_RETURN = "approve_return", "同意退回"
    REJECT_RETURN = "reject_return", "不同意退回"
    REQUEST_EXTENSION = "request_extension", "申请延期"
    APPROVE_EXTENSION = "approve_extension", "同意延期"
    REJECT_EXTENSION = "reject_extension", "不同意延期"
    WITHDRAW_REQUEST = "withdraw_request", "撤回申请"
    REPORT_PROGRESS = "report_progress", "阶段反馈"
    HAND_OVER = "hand_over", "内部转办"
    ASSIST_REPORT = "assist_report", "协办反馈"
    SUBMIT_RESULT = "submit_result", "提交办结"
    CONFIRM = "confirm", "确认办结"
    REJECT_RESULT = "reject_result", "驳回确认"
    PUBLISH_ANSWER = "publish_answer", "公开答复"
    PETITIONER_RESPOND = "petitioner_respond", "诉求人确认或异议"
    RATE = "rate", "评价"
    CALL_BACK = "call_back", "回访"
    APPEAL_RATING = "appeal_rating", "评价申诉"
    RULE_APPEAL = "rule_appeal", "申诉裁定"
    RELAPSE = "relapse", "复发转重点交办"
    REOPEN = "reopen", "重新办理"
    SUPERVISE = "supervise", "督办"
    UNSUPERVISE = "unsupervise", "取消督办"
    URGE = "urge", "催办"
    TOGGLE_URGENT = "toggle_urgent", "加急/取消加急"
    INSTRUCT = "instruct", "领导批示"
    COPY = "copy", "抄告"
    TOGGLE_LEGACY = "toggle_legacy", "历史遗留"
    TOGGLE_TYPICAL = "toggle_typical", "典型案例"
    ESCALATE_TO_CITY = "escalate_to_city", "上报市平台"
    CITY_PROGRESS = "city_progress", "市流转节点"
    CITY_RESULT = "city_result", "市办结反馈"
    CITY_RETURN = "city_return", "市退回"
    CITY_DISPATCH = "city_dispatch", "市下发"
    RETURN_TO_CITY = "return_to_city", "退回市平台"
    WITHDRAW_BY_PETITIONER = "withdraw_by_petitioner", "诉求人撤回"


class Tie(Labelled):
    """How the actor must be tied to the case, besides the role."""

    OWN = "own", "只有登记该件的人可以操作"
    LEAD = "lead", "只有主办单位可以操作"
    ASSIST = "assist", "只有协办单位可以操作"
    REQUESTER = "requester", "只有提出申请的人可以撤回"
    ISSUER = "issuer", "只有发起督办的人可以取消"
    UNLESS_ORDER = "unless_order", "该件为领导交办件，须由领导审批"


class Guard(Labelled):
    """A condition of a row; its label is what is told when it does not hold."""

    NOT_ORDER = "not_order", "该件为领导交办件，须由领导审批"
    IS_ORDER = "is_order", "该件不是领导交办件"
    OTHER_DEPARTMENT = "other_department", "原承办单位已接收，请改为交由其他单位或由原单位办理"
    SAME_DEPARTMENT = "same_department", "所选单位尚未接收过该件"
    BEFORE_RED = "before_red", "已超过红牌时限，不能再申请延期"
    EXTENSIONS_LEFT = "extensions_left", "每件最多申请 2 次延期"
    RETURNABLE = "returnable", "已经反馈过的事件，须部门领导同意后才能退回"
    ASSIST_WAITING = "assist_waiting", "本单位已经协办接收过"
    ASSISTS_REPORTED = "assists_reported", "协办单位尚未全部反馈"
    ANSWERED = "answered", "答复还没有公开，诉求人看不到办理结果"
    NOT_RESPONDED = "not_responded", "诉求人已经对这次办理结果作出答复"
    HELD = "held", "该件由市平台办结，没有承办单位可以退回办理"
    WATCHABLE = "watchable", "只有低风险的事件可以纳入持续关注"
    WATCHED = "watched", "该件不在持续关注清单中"
    REOPENABLE = "reopenable", "办结已超过 30 天，不能重新办理"
    RATABLE = "ratable", "已经评价过，或已超过 15 天的评价期"
    DISSATISFIED = "dissatisfied", "该件没有不满意的评价"
    APPEALABLE = "appealable", "该件还没有评价，或已超过 5 个工作日的申诉期"
    NOT_APPEALED = "not_appealed", "该评价已经申诉过"
    APPEALED = "appealed", "该件没有待裁定的评价申诉"
    CHILDREN_CLOSED = "children_closed", "还有子案件没有办结，须先办结子案件"
    FROM_CITY = "from_city", "该件不是市平台下发的"
    SUPERVISED = "supervised", "该件没有被督办"
    NOT_SUPERVISED_ALIKE = "not_supervised_alike", "该件已有同级或更高的督办"
    URGE_RESTED = "urge_rested", "4 小时内已经催办过"
    REGISTRAR_THERE = (
        "registrar_there",
        "登记人现在不能补充（账号停用、到期、离岗或不是登记员），请直接编辑，或先移交其登记的案件",
    )
    LEADER_THERE = "leader_there", "现在没有领导可以审批：领导的账号已停用、到期、未授权，或已离岗且没有代理人"
    APPROVER_THERE = "approver_there", "该件须由领导审批，而领导的账号已停用、到期、未授权，或已离岗且没有代理人"


class Need(Labelled):
    """An input of a step; dialogs and API checks are made of these."""

    OPINION = "opinion", "办理意见"
    PICTURES = "attachments", "现场图片"
    LEAD = "lead_department", "主办单位"
    ASSISTS = "assist_departments", "协办单位"
    DEPARTMENT = "department", "承办单位"
    IN_CHARGE = "person_in_charge", "责任人"
    IN_CHARGE_PHONE = "person_phone", "责任人电话"
    RESULT = "result", "办理结果"
    ANSWER = "answer", "公开答复"
    SHOW_PICTURES = "show_pictures", "图片给诉求人看"
    AGREES = "agrees", "确认或异议"
    METHOD = "resolution_method", "化解方式"
    DAYS = "days", "延期工作日"
    WATCH = "watch", "纳入持续关注"
    LEVEL = "level", "督办级别"
    TARGET_AREA = "target_area", "目标县区"
    SATISFACTION = "satisfaction", "满意度"
    PROMISE = "promise_days", "承诺办结工作日"
    RULING = "ruling", "裁定"
    CALLED_AT = "called_at", "回访时间"
    CALLED_BY = "called_by", "回访人"
    CALL_OUTCOME = "call_outcome", "回访结果"
    TYPICAL_TEXT = "typical_text", "典型案例文本"
    CONSENT = "consent", "诉求人同意说明"
    CHANGES = "changes", "修改内容"
    COMPLETE = "complete", "必填项"


class Tell(Labelled):
    """Who is told of a step (the table's notify column); `queries.recipients` finds the accounts."""

    CENTRE = "centre", "综治中心管理员"
    REGISTRAR = "registrar", "登记员"
    DEPARTMENT = "department", "承办单位的经办和领导"
    HEAD = "head", "承办单位的领导"
    LEADER = "leader", "领导"
    APPROVER = "approver", "审批人（综治中心，交办件为领导）"
    PETITIONER = "petitioner", "诉求人（短信）"


class Effect(Labelled):
    """What a step does besides moving the status; `operations.effects` has one function for each."""

    SUBMIT = "submit", "编号与一事一码"
    CHANGE = "change", "修改内容"
    ASSIGN = "assign", "派给承办单位"
    WITHDRAW_ASSIGNMENTS = "withdraw_assignments", "撤回派单"
    RETURN_ASSIGNMENTS = "return_assignments", "退回派单"
    SEND_BACK = "send_back", "记录退回人"
    ORDER = "order", "标记领导交办"
    ACCEPT = "accept", "主办接收"
    ASSIST_ACCEPT = "assist_accept", "协办接收"
    REQUEST = "request", "记录申请"
    REPORT = "report", "记录首次反馈"
    ASSIST_REPORT = "assist_report", "记录协办反馈"
    HAND_OVER = "hand_over", "更换责任人"
    EXTEND = "extend", "记录延期"
    RESULT = "result", "记录办理结果"
    ANSWER = "answer", "公开答复"
    RESPOND = "respond", "记录诉求人的意见"
    REWORK = "rework", "恢复办理"
    CLOSE = "close", "办结"
    CLOSE_DIRECTLY = "close_directly", "直接办结"
    CLOSE_WITHDRAWN = "close_withdrawn", "撤回办结"
    WATCH = "watch", "纳入持续关注"
    UNWATCH = "unwatch", "移出持续关注"
    RATE = "rate", "评价"
    CALL_BACK = "call_back", "记录回访"
    APPEAL = "appeal", "评价申诉"
    RULE = "rule", "申诉裁定"
    SUPERVISE = "supervise", "督办"
    UNSUPERVISE = "unsupervise", "取消督办"
    URGE = "urge", "催办"
    COPY = "copy", "抄告"
    ESCALATE = "escalate", "上报市平台"
    TOGGLE_URGENT = "toggle_urgent", "加急"
    TOGGLE_LEGACY = "toggle_legacy", "历史遗留"
    TOGGLE_TYPICAL = "toggle_typical", "典型案例"


class PictureRule(Labelled):
    """When a step that asks for pictures insists on one."""

    BY_KIND = "by_kind", "矛盾纠纷和安全隐患必传"
    ALWAYS = "always", "一律必传"
    NEVER = "never", "可不传"


class Verb(Labelled):
    START = "start", "开始"
    STOP = "stop", "停止"
    PAUSE = "pause", "暂停"
    RESUME = "resume", "恢复"
    EXTEND = "extend", "延长"
    REOPEN = "reopen", "续办"


class OpenWork(Labelled):
    """The ways in which a person holds an open case."""

    REGISTERED = "registered", "登记的未结案件"
    ACCEPTED = "accepted", "接收在办的案件"
    REQUESTED = "requested", "待审批的申请"
    SUPERVISED = "supervised", "发出的督办"


class ProcessState(Labelled):
    DRAFT = "draft", "草稿"
    ENABLED = "enabled", "启用"
    RETIRED = "retired", "停用"
