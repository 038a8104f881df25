"""What a petitioner does on the pages: rating, objecting, reading the answer; on a real database."""

from __future__ import annotations

import httpx
import pytest

from app.public import petitioner
from domain.cases.queries import detail
from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from tests.app.public.entering import AT, UNKNOWN, case, key_in, let_in
from tests.support import county as support
from tests.support.county import MORNING, County, phone


class TestActing:
    async def test_a_rating_is_taken_once(self, client: httpx.AsyncClient, county: County) -> None:
        number, token = await case(county, 6)
        page = await let_in(client, token)
        form = {"key": key_in(page), "satisfaction": "satisfied", "comment": "谢谢"}
        assert (await client.post(f"/t/{token}/rate", data=form)).status_code == 303
        after = await client.get(f"/t/{token}")
        assert "满意，感谢您的评价" in after.text
        assert "提交评价" not in after.text
        assert (await client.post(f"/t/{token}/rate", data=form)).status_code == 422
        async with unit_of_work() as session:
            assert (await detail.get(session, county["center"], number, at=AT)).satisfaction == "满意"

    async def test_a_refused_form_keeps_what_was_typed(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 6)
        page = await let_in(client, token)
        answer = await client.post(f"/t/{token}/rate", data={"key": key_in(page), "comment": "写了 <很多>"})
        assert answer.status_code == 422
        assert "请选择满意度" in answer.text
        assert "写了 &lt;很多&gt;</textarea>" in answer.text

    async def test_an_objection_reaches_the_journal(self, client: httpx.AsyncClient, county: County) -> None:
        number, token = await case(county, 5)
        page = await let_in(client, token)
        empty = await client.post(f"/t/{token}/respond", data={"key": key_in(page), "answer": "no"})
        assert "请填写异议理由" in empty.text
        form = {"key": key_in(page), "answer": "no", "comment": "金额不对"}
        assert (await client.post(f"/t/{token}/respond", data=form)).status_code == 303
        assert "提出异议。" in (await client.get(f"/t/{token}")).text
        async with unit_of_work() as session:
            newest = (await detail.journal(session, county["center"], number))[0]
        assert (newest.action, newest.who) == (Action.PETITIONER_RESPOND.value, "诉求人")

    @pytest.mark.parametrize("sent", [{}, {"answer": ""}, {"answer": "maybe"}])
    async def test_neither_agreeing_nor_objecting_is_refused(
        self, client: httpx.AsyncClient, county: County, sent: dict[str, str]
    ) -> None:
        number, token = await case(county, 5)
        page = await let_in(client, token)
        form = {"key": key_in(page), "comment": "金额不对", **sent}
        refused = await client.post(f"/t/{token}/respond", data=form)
        assert "请选择确认办理结果或提出异议" in refused.text
        assert "金额不对</textarea>" in refused.text
        async with unit_of_work() as session:
            assert (await detail.get(session, county["center"], number, at=AT)).answer.responded_at is None

    async def test_needs_the_key_of_its_own_page(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 6)
        await let_in(client, token)
        for key in ({}, {"key": "x"}):
            answer = await client.post(f"/t/{token}/rate", data={**key, "satisfaction": "satisfied"})
            assert petitioner.FORGED in answer.text
        assert "提交评价" in (await client.get(f"/t/{token}")).text

    @pytest.mark.parametrize(
        "headers",
        [{"origin": "http://elsewhere.invalid"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
    )
    async def test_is_refused_from_other_sites(
        self, client: httpx.AsyncClient, county: County, headers: dict[str, str]
    ) -> None:
        _, token = await case(county, 6)
        page = await let_in(client, token)
        form = {"key": key_in(page), "satisfaction": "satisfied"}
        assert petitioner.FOREIGN in (await client.post(f"/t/{token}/rate", data=form, headers=headers)).text
        asked = await client.post(f"/t/{token}/code", data={"phone": phone(1)}, headers=headers)
        assert petitioner.FOREIGN in asked.text

    async def test_works_as_browsers_send_forms_of_pages_without_referrer(
        self, client: httpx.AsyncClient, county: County
    ) -> None:
        _, token = await case(county, 6)
        page = await let_in(client, token)
        form = {"key": key_in(page), "satisfaction": "satisfied"}
        headers = {"origin": "null", "sec-fetch-site": "same-origin"}
        assert (await client.post(f"/t/{token}/rate", data=form, headers=headers)).status_code == 303

    async def test_long_forms_are_refused(self, client: httpx.AsyncClient, county: County) -> None:
        answer = await client.post(f"/t/{UNKNOWN}/code", data={"phone": "1" * 20_000})
        assert answer.status_code == 422
        assert "过长" in answer.text


class TestTheAnswer:
    async def test_stands_above_the_question_about_it(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 5)
        text = (await let_in(client, token)).text
        assert 0 < text.index("工资已付清") < text.index("确认办理结果</button>")
        assert "请在 11 月 20 日 09:00 前确认或提出异议" in text

    async def test_is_shown_before_it_is_rated(self, client: httpx.AsyncClient, county: County) -> None:
        _, token = await case(county, 6)
        text = (await let_in(client, token)).text
        assert 0 < text.index("工资已付清") < text.index("提交评价")

    async def test_its_pictures_are_for_the_session_and_only_if_shown(
        self, client: httpx.AsyncClient, county: County
    ) -> None:
        number, token = await case(county, 4)
        async with unit_of_work() as session:
            pictures = [await support.picture(session, county["rsj"], at=MORNING) for _ in range(2)]
            given = {"opinion": "意见", "result": "已付清", "resolution_method": "settled", "show_pictures": True}
            await support.step(
                session, county["rsj"], number, Action.SUBMIT_RESULT, at=MORNING, attachments=pictures, **given
            )
            inner = (await detail.get(session, county["center"], number, at=AT)).pictures[0].file_id
        assert (await client.get(f"/t/{token}/pictures/{pictures[0]}")).status_code == 303
        page = await let_in(client, token)
        for picture in pictures:
            for address in (f"/t/{token}/pictures/{picture}", f"/t/{token}/pictures/{picture}/thumb"):
                assert address in page.text
                shown = await client.get(address)
                assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert inner not in pictures
        assert (await client.get(f"/t/{token}/pictures/{inner}")).status_code == 404
        assert (await client.get(f"/t/{token}/pictures/nothing")).status_code == 404
