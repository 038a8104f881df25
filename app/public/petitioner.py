"""The petitioner's pages under /t/{token}: phone, code, progress, answer, rating.

They work without a script. The token in the path opens nothing by itself; an unknown one
shows the same form as a known one. Nothing personal stands in an address: forms are
posted, and the phone typed is given back in the page.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.public import demo
from app.public.pages import HEADERS, form_of, page
from app.settings import Settings, load
from domain.cases import answering
from domain.cases.models import Satisfaction
from domain.kernel import crypto, files
from domain.kernel.actor import Actor
from domain.kernel.refusals import NotFound, NotPermitted, Refusal
from domain.kernel.unit_of_work import unit_of_work
from domain.people.rules import is_mobile, tidy_phone
from domain.tracking import operations, queries, rules
from domain.tracking.schemas import Contact
from state.clock import now

COOKIE = "fq_petitioner"
NO_CHANNEL = (
    "本中心没有开通短信，不能发送验证码，暂时不能上网查询。请来电或到窗口，说明受理通知单上的编号，由工作人员查询"
)
NOT_A_PHONE = "请输入 11 位手机号"
OVER = "查询已超时，请重新验证手机号"
FOREIGN = "这次提交不是从本页面发出的，请返回查询页重试"
FORGED = "页面已过期，请刷新后重新提交"

Form = dict[str, str]
Deed = Callable[[AsyncSession, Actor, Form], Awaitable[object]]


def routes(settings: Settings | None = None, *, clock: Callable[[], datetime] = now) -> list[Route]:
    """Give the routes of the petitioner's pages, and of /demo/sms in demo mode."""
    chosen = settings or load()
    pages = Pages(chosen, clock)
    return [
        Route("/t/{token}", pages.show, methods=["GET"]),
        Route("/t/{token}/code", pages.ask, methods=["POST"]),
        Route("/t/{token}/enter", pages.enter, methods=["POST"]),
        Route("/t/{token}/rate", pages.rate, methods=["POST"]),
        Route("/t/{token}/respond", pages.respond, methods=["POST"]),
        Route("/t/{token}/leave", pages.leave, methods=["POST"]),
        Route("/t/{token}/{form}", pages.reloaded, methods=["GET"]),
        Route("/t/{token}/pictures/{file_id}", pages.picture, methods=["GET"]),
        Route("/t/{token}/pictures/{file_id}/thumb", pages.thumb, methods=["GET"]),
        *demo.routes(chosen),
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into a form that was refused, to be shown again."""

    form: str = ""
    fault: str = ""
    comment: str = ""
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """Answer the petitioner's requests; `clock` gives the present moment."""

    settings: Settings
    clock: Callable[[], datetime]

    async def show(self, request: Request) -> Response:
        """Show the progress to who holds a session, and the phone form to everybody else."""
        async with unit_of_work() as session:
            actor = await self._actor(session, request)
            if actor is None:
                return await self._ask_page(session, request)
            return await self._case_page(session, request, actor)

    async def reloaded(self, request: Request) -> Response:
        """Lead who opens the address of a form by itself (a reload, a bookmark) to the page it stands on."""
        return RedirectResponse(f"/t/{_token(request)}", 303, headers=HEADERS)

    async def ask(self, request: Request) -> Response:
        """Take a phone that asks for a code; the answer is the same for every phone."""
        try:
            form = await self._form(request)
        except Refusal as refusal:
            return await self._refused_page(request, refusal)
        phone = tidy_phone(form.get("phone", ""))[:20]
        async with unit_of_work() as session:
            if not answering.current().online:
                return await self._ask_page(session, request, fault=NO_CHANNEL)
            if not is_mobile(phone):
                return await self._ask_page(session, request, phone=phone, fault=NOT_A_PHONE)
            unsent = await operations.ask_code(
                session, token=_token(request), phone=phone, origin=_address(request), at=self.clock()
            )
            return await self._code_page(session, request, phone, unsent=unsent)

    async def enter(self, request: Request) -> Response:
        """Check a code and, if it is right, open the progress page."""
        try:
            form = await self._form(request)
        except Refusal as refusal:
            return await self._refused_page(request, refusal)
        phone, code = tidy_phone(form.get("phone", ""))[:20], form.get("code", "")[:20]
        async with unit_of_work() as session:
            entry = await operations.enter(
                session, token=_token(request), phone=phone, code=code, origin=_address(request), at=self.clock()
            )
            if entry.refusal and not answering.current().online:
                return await self._ask_page(session, request, fault=NO_CHANNEL)
            if entry.refusal:
                return await self._code_page(session, request, phone, fault=entry.refusal.message)
        return self._let_in(request, entry.secret)

    async def rate(self, request: Request) -> Response:
        """Take the petitioner's rating."""

        async def deed(session: AsyncSession, actor: Actor, form: Form) -> None:
            chosen, comment = form.get("satisfaction", ""), form.get("comment", "")
            await operations.rate(session, actor, satisfaction=chosen, comment=comment, at=self.clock())

        return await self._do(request, "rate", deed)

    async def respond(self, request: Request) -> Response:
        """Take the petitioner's answer to a result."""

        async def deed(session: AsyncSession, actor: Actor, form: Form) -> None:
            agrees = {"yes": True, "no": False}.get(form.get("answer", ""))
            await operations.respond(session, actor, agrees=agrees, comment=form.get("comment", ""), at=self.clock())

        return await self._do(request, "respond", deed)

    async def picture(self, request: Request) -> Response:
        """Show a picture that goes with the answer."""
        return await self._picture(request, files.Part.SCREEN)

    async def thumb(self, request: Request) -> Response:
        """Show a small copy of a picture that goes with the answer."""
        return await self._picture(request, files.Part.THUMBNAIL)

    async def _picture(self, request: Request, part: files.Part) -> Response:
        async with unit_of_work() as session:
            actor = await self._actor(session, request)
            if actor is None:
                return RedirectResponse(_path(request), 303, headers=HEADERS)
            try:
                stored = await queries.public_picture(session, actor, str(request.path_params["file_id"]))
                content = await files.read(stored, part)
            except NotFound:
                return Response(status_code=404, headers=HEADERS)
        return Response(content, media_type="image/jpeg", headers=HEADERS)

    async def leave(self, request: Request) -> Response:
        """End the session, for those who used somebody else's phone."""

        async def deed(session: AsyncSession, _actor: Actor, _form: Form) -> None:
            await operations.leave(session, _secret(request), at=self.clock())

        answer = await self._do(request, "leave", deed)
        answer.delete_cookie(COOKIE, path="/t/")
        return answer

    async def _do(self, request: Request, name: str, deed: Deed) -> Response:
        """One act of the petitioner: on success the page afresh, else the page with what was typed."""
        form: Form = {}
        try:
            form = await self._form(request)
            async with unit_of_work() as session:
                actor = await self._actor(session, request)
                if actor is None:
                    return await self._ask_page(session, request, fault=OVER)
                if not crypto.same(form.get("key", "").encode(), _form_key(request).encode()):
                    raise NotPermitted(FORGED)
                await deed(session, actor, form)
        except Refusal as refusal:
            draft = Draft(name, refusal.message, form.get("comment", ""), form.get("satisfaction", ""))
            return await self._again(request, draft)
        return RedirectResponse(_path(request), 303, headers=HEADERS)

    async def _again(self, request: Request, draft: Draft) -> Response:
        async with unit_of_work() as session:
            actor = await self._actor(session, request)
            if actor is None:
                return await self._ask_page(session, request, fault=draft.fault)
            return await self._case_page(session, request, actor, draft)

    async def _actor(self, session: AsyncSession, request: Request) -> Actor | None:
        return await queries.petitioner_of(
            session, _secret(request), _token(request), at=self.clock(), origin=_address(request)
        )

    async def _form(self, request: Request) -> Form:
        """Our own pages send no referrer, and browsers then name the origin of a form as "null".

        That one is let through: a session's forms carry a key besides, and its cookie does
        not come along from other sites.
        """
        site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "null")
        ours = {request.headers.get("host", ""), urlsplit(self.settings.public_url).netloc}
        if site in {"cross-site", "same-site"} or (origin != "null" and urlsplit(origin).netloc not in ours):
            raise NotPermitted(FOREIGN)
        return await form_of(request)

    def _let_in(self, request: Request, secret: str) -> Response:
        answer = RedirectResponse(_path(request), 303, headers=HEADERS)
        answer.set_cookie(
            COOKIE,
            secret,
            max_age=int(rules.SESSION_LIFE.total_seconds()),
            path="/t/",
            secure=request.url.scheme == "https" or self.settings.public_url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _ask_page(self, session: AsyncSession, request: Request, *, phone: str = "", fault: str = "") -> Response:
        """Ask for the phone; without a channel for codes say instead how to ask about a case."""
        contact = await _contact(session)
        status = 422 if fault else 200
        return page(
            "ask.html" if answering.current().online else "call.html",
            status=status,
            centre=contact.name,
            contact=contact,
            token=_token(request),
            phone=phone,
            fault=fault,
            no_channel=NO_CHANNEL,
        )

    async def _code_page(
        self, session: AsyncSession, request: Request, phone: str, *, fault: str = "", unsent: str = ""
    ) -> Response:
        contact = await _contact(session)
        context = {"token": _token(request), "phone": phone, "fault": fault or unsent}
        return page("code.html", status=422 if fault else 200, centre=contact.name, contact=contact, **context)

    async def _refused_page(self, request: Request, refusal: Refusal) -> Response:
        async with unit_of_work() as session:
            contact = await _contact(session)
        return page(
            "refused.html",
            status=422,
            centre=contact.name,
            contact=contact,
            token=_token(request),
            fault=refusal.message,
        )

    async def _case_page(
        self, session: AsyncSession, request: Request, actor: Actor, draft: Draft | None = None
    ) -> Response:
        at = self.clock()
        view = await queries.public_view(session, actor, at=at)
        draft = draft or Draft()
        return page(
            "case.html",
            status=422 if draft.fault else 200,
            centre=view.centre,
            contact=view.contact,
            token=_token(request),
            key=_form_key(request),
            view=view,
            grades=list(Satisfaction),
            at=rules.moment_text(at, at),
            fault=draft.fault,
            form=draft.form,
            comment=draft.comment,
            chosen=draft.chosen,
        )


def _token(request: Request) -> str:
    return str(request.path_params["token"])


def _path(request: Request) -> str:
    return f"/t/{quote(_token(request), safe='')}"


def _secret(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _form_key(request: Request) -> str:
    """Bound to the session: a page of another site cannot know it."""
    return base64.urlsafe_b64encode(crypto.digest(f"form|{_secret(request)}")[:18]).decode()


async def _contact(session: AsyncSession) -> Contact:
    # A county without a centre still shows the form.
    try:
        return queries.contact_of(await queries.centre_of(session))
    except NotFound:
        return Contact()
