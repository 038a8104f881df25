"""The petitioner's pages over HTTP, on a real database."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from app.public import petitioner
from domain.cases.inputs import PartyInput
from domain.cases.models import PartyKind
from domain.cases.vocabulary import Action
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import UnitKind
from domain.orgs.schemas import UnitInput
from domain.tracking import rules
from tests.app.public.entering import AT, UNKNOWN, Clock, case, client_of, key_in, let_in
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, messages, relay_all, token_of

MARKER = "不可外传"
BIG = 10 * 1024
CONTACT = {"phone": "0595-22000000", "address": "政通路 1 号", "hours": "工作日 8:30 至 17:30"}


async def _reached_by(county: County, **contact: str) -> None:
    given = UnitInput("centre", "县综治中心", UnitKind.CENTRE, **contact)
    async with unit_of_work() as session:
        await orgs.change_unit(session, county["sysadmin"], "centre", given, at=MORNING)


class TestContact:
    async def test_every_page_says_how_the_centre_is_reached(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        await _reached_by(county, **CONTACT)
        asked = await client.get(f"/t/{token}")
        sent = await client.post(f"/t/{token}/code", data={"phone": phone(1)})
        refused = await client.post(
            f"/t/{token}/code", data={"phone": phone(1)}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        for answer in (asked, sent, refused, await let_in(client, token)):
            text = answer.text.replace("\u00a0至\u00a0", " 至 ")
            assert all(words in text for words in CONTACT.values())
            assert " 至 " not in answer.text, "a span of hours stays on one line"
            assert f'href="tel:{CONTACT["phone"]}"' in answer.text
            assert "尚未公布" not in answer.text

    async def test_what_is_not_set_is_said_in_words(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        await _reached_by(county)
        page = (await client.get(f"/t/{token}")).text
        for words in ("咨询电话：尚未公布", "窗口地址：尚未公布", "办公时间：尚未公布"):
            assert words in page

    async def test_the_expected_day_is_told_or_why_there_is_none(
        self, client: httpx.AsyncClient, county: County
    ) -> None:
        _, token = await case(county, 1)
        assert "预计办结日期在承办单位接收后确定。" in (await let_in(client, token)).text

    async def test_it_is_set_on_the_page_of_units(self, county: County) -> None:
        given = UnitInput("centre", "县综治中心", UnitKind.CENTRE, address="路" * 81, hours="时" * 61)
        async with unit_of_work() as session:
            with pytest.raises(Invalid) as refused:
                await orgs.change_unit(session, county["sysadmin"], "centre", given, at=MORNING)
        assert refused.value.fields == {
            "address": "地址最长 80 个字，现为 81 个",
            "hours": "办公时间最长 60 个字，现为 61 个",
        }


class TestTheForm:
    async def test_is_the_same_for_every_link(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        known, unknown = await client.get(f"/t/{token}"), await client.get(f"/t/{UNKNOWN}")
        assert known.status_code == unknown.status_code == 200
        assert known.text.replace(token, UNKNOWN) == unknown.text
        assert "县综治中心" in known.text

    async def test_answers_every_phone_alike(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        pages = {
            (await client.post(f"/t/{used}/code", data={"phone": number})).text.replace(used, "").replace(number, "")
            for used, number in ((token, phone(1)), (token, phone(9)), (UNKNOWN, phone(1)))
        }
        assert len(pages) == 1

    async def test_says_to_every_phone_alike_that_no_second_code_comes_within_a_minute(
        self, client: httpx.AsyncClient, county: County, clock: Clock
    ) -> None:
        _, token = await case(county, 1)
        for used, number in ((token, phone(1)), (token, phone(9)), (UNKNOWN, phone(1))):
            clock.at = AT
            first = await client.post(f"/t/{used}/code", data={"phone": number})
            assert "短信送达" in first.text
            clock.at = AT + timedelta(seconds=20)
            again = await client.post(f"/t/{used}/code", data={"phone": number})
            assert "这次没有发送" in again.text
            assert "在 40 秒后重新获取" in again.text
            assert "短信送达" not in again.text
        await relay_all(clock.at)
        async with unit_of_work() as session:
            codes = [text for _, text in await messages(session) if "验证码" in text]
        assert len(codes) == 1

    async def test_promises_no_code_without_a_channel(
        self, client: httpx.AsyncClient, county: County, no_channel: None
    ) -> None:
        _, token = await case(county, 1)
        await _reached_by(county, **CONTACT)
        opened, asked = await client.get(f"/t/{token}"), await client.post(f"/t/{token}/code", data={"phone": phone(1)})
        entered = await client.post(f"/t/{token}/enter", data={"phone": phone(1), "code": "123456"})
        assert [answer.status_code for answer in (opened, asked, entered)] == [200, 422, 422]
        for answer in (opened, asked, entered):
            assert answer.text.count(petitioner.NO_CHANNEL) == 1
            assert f'href="tel:{CONTACT["phone"]}"' in answer.text
            assert not re.findall("送达|会收到|获取验证码|<form", answer.text)

    async def test_without_a_channel_who_is_in_stays_in(
        self, client: httpx.AsyncClient, county: County, request: pytest.FixtureRequest
    ) -> None:
        number, token = await case(county, 1)
        await let_in(client, token)
        request.getfixturevalue("no_channel")
        assert f"事项编号 {number}" in (await client.get(f"/t/{token}")).text

    @pytest.mark.parametrize("typed", ["", "12345", "1391234567", "<b>13912345678"])
    async def test_names_what_is_no_phone_and_keeps_it(
        self, client: httpx.AsyncClient, county: County, typed: str
    ) -> None:
        answer = await client.post(f"/t/{UNKNOWN}/code", data={"phone": typed})
        assert answer.status_code == 422
        assert petitioner.NOT_A_PHONE in answer.text
        assert "<b>" not in answer.text
        assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text

    async def test_takes_a_phone_as_people_write_it(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        spaced = f"+86 {phone(1)[:3]} {phone(1)[3:7]} {phone(1)[7:]}"
        answer = await client.post(f"/t/{token}/code", data={"phone": spaced})
        assert f'value="{phone(1)}"' in answer.text


class TestEntering:
    async def test_shows_the_progress(self, client: httpx.AsyncClient, county: County) -> None:
        number, token = await case(county, 3)
        page = await let_in(client, token)
        assert page.status_code == 200
        assert number in page.text
        assert "人力资源和社会保障局正在办理，预计 12 月 16 日前办结。" in page.text
        assert 'href="tel:0599-1234567"' in page.text

    async def test_wrong_things_read_alike_and_keep_the_phone(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        pages = set()
        for used, number, code in ((token, phone(1), "12"), (token, phone(9), "123456"), (UNKNOWN, phone(1), "")):
            answer = await client.post(f"/t/{used}/enter", data={"phone": number, "code": code})
            assert answer.status_code == 422
            assert f'value="{number}"' in answer.text
            assert "set-cookie" not in answer.headers
            pages.add(answer.text.replace(used, "").replace(number, ""))
        assert len(pages) == 1
        assert rules.WRONG in pages.pop()

    async def test_the_cookie_is_kept_from_scripts_and_other_sites(
        self, client: httpx.AsyncClient, county: County
    ) -> None:
        _, token = await case(county, 1)
        await let_in(client, token)
        cookie = next(c for c in client.cookies.jar if c.name == petitioner.COOKIE)
        assert cookie.path == "/t/"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "lax"

    async def test_ends_after_half_an_hour(self, client: httpx.AsyncClient, county: County, clock: Clock) -> None:
        _, token = await case(county, 6)
        page = await let_in(client, token)
        clock.at = AT + timedelta(minutes=31)
        assert "获取验证码" in (await client.get(f"/t/{token}")).text
        late = await client.post(f"/t/{token}/rate", data={"key": key_in(page), "satisfaction": "satisfied"})
        assert petitioner.OVER in late.text

    async def test_opens_no_other_case(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        _, other = await case(county, 1)
        await let_in(client, token)
        assert "获取验证码" in (await client.get(f"/t/{other}")).text

    async def test_leaving_closes_it(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        page = await let_in(client, token)
        left = await client.post(f"/t/{token}/leave", data={"key": key_in(page)})
        assert left.status_code == 303
        assert "获取验证码" in (await client.get(f"/t/{token}")).text


async def test_nothing_of_others_leaks(client: httpx.AsyncClient, county: County) -> None:
    parties = (
        PartyInput(name="林" + "水木", id_number=support.id_number(1), phone=phone(1)),
        PartyInput(kind=PartyKind.RESPONDENT, name=f"某某{MARKER}", phone=phone(5)),
    )
    async with unit_of_work() as session:
        words = {"title": "标题", "content": f"内容{MARKER}", "parties": parties}
        number = await support.draft(session, county, at=MORNING, **words)
        for action in MAIN_LINE[:2]:
            await support.main_step(session, county, number, action, at=MORNING)
        given = {"person_in_charge": f"责任{MARKER}", "person_phone": phone(77)}
        await support.step(session, county["rsj"], number, Action.ACCEPT, at=MORNING, **given)
        await support.step(session, county["leader"], number, Action.INSTRUCT, at=MORNING, opinion=f"批示{MARKER}")
        picture = await support.picture(session, county["rsj"], at=MORNING)
        told = {"opinion": f"意见{MARKER}", "result": "已经付清", "resolution_method": "settled"}
        await support.step(
            session, county["rsj"], number, Action.SUBMIT_RESULT, at=MORNING, attachments=(picture,), **told
        )
        token = await token_of(session, county, number)
    page = await let_in(client, token)
    assert number in page.text
    assert "标题" in page.text
    assert "已经付清" in page.text
    for word in (MARKER, "水木", "测试", phone(1), phone(5), phone(77), support.id_number(1)):
        assert word not in page.text
    async with unit_of_work() as session:
        assert all(MARKER not in text and "水木" not in text for _, text in await messages(session))


async def test_every_page_is_small_private_and_without_script(client: httpx.AsyncClient, county: County) -> None:
    pages = [await client.get("/demo/sms"), await client.get(f"/t/{UNKNOWN}")]
    for steps in (1, 3, 5, 6):
        _, token = await case(county, steps)
        pages.append(await client.post(f"/t/{token}/code", data={"phone": phone(1)}))
        pages.append(await let_in(client, token))
    pages.append(await client.get("/demo/sms"))
    for page in pages:
        assert len(page.content) <= BIG
        assert "<script" not in page.text
        assert not re.search(r'(src|href)="(?!/t/|/demo/sms"|tel:|http://test\.invalid/t/)', page.text)
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "; img-src 'self';" in policy
        assert "script" not in policy
        assert "unsafe" not in policy


class TestTheDemoPage:
    async def test_shows_the_newest_message_with_its_link(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 1)
        await relay_all(MORNING)
        page = await client.get("/demo/sms")
        assert f'<a href="{BASE}/t/{token}">' in page.text
        assert f"139****{phone(1)[-4:]}" in page.text
        assert phone(1) not in page.text

    async def test_is_not_there_outside_the_demo(self, county: County, clock: Clock) -> None:
        async with client_of(clock, demo=False) as opened:
            assert (await opened.get("/demo/sms")).status_code == 404
