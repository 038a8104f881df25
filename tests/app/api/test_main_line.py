"""The main job over HTTP: from a visitor to a confirmed result."""

from __future__ import annotations

from tests.app.api.conftest import Api
from tests.support.county import MAIN_LINE, id_number, phone, png

MATTER = {
    "title": "工地拖欠工资",
    "content": "在某工地务工三个月，工资一直未结清，请求协调支付。",
    "category": "0701",
    "area": "359901001",
    "occurred_at": "2026-11-10T10:00:00+08:00",
    "risk_level": "medium",
}


class TestTheMainLine:
    async def test_runs_from_the_desk_to_the_confirmed_result(self, api: Api) -> None:
        visitor = {"name": "林" + "水木", "id_number": id_number(5), "phone": phone(5), "reason": "反映工资拖欠"}
        visit = (await api.post("guide", "/api/v1/visits", visitor | {"desk": "window-1"})).json()
        assert (visit["person"]["name"], visit["state"]) == ("林**", "waiting")
        assert visitor["phone"] not in str(visit)
        assert (await api.post("guide", f"/api/v1/visits/{visit['id']}/hand-over")).json()["state"] == "handed"

        made = await api.post("registrar", "/api/v1/cases", MATTER | {"visit_id": visit["id"]})
        assert made.status_code == 201, made.text
        number = made.json()["number"]
        assert made.json() == {"number": number, "status": "draft", "version": 1}

        submitted = await api.act("registrar", number, "submit", **{"If-Match": '"1"'})
        assert submitted.json()["status"] == "to_dispatch"
        assert submitted.json()["tracking_url"].startswith("http://testserver/t/")
        slip = await api.get("registrar", f"/api/v1/cases/{number}/slip")
        assert (slip.status_code, slip.content[:5]) == (200, b"%PDF-")

        assert (await api.act("center", number, "dispatch", {"lead_department": "rsj"})).status_code == 200
        given = {"person_in_charge": "何" + "经办", "person_phone": phone(7)}
        assert (await api.act("rsj", number, "accept", given)).json()["status"] == "in_progress"
        picture = (await api.upload("rsj", png())).json()["id"]
        report = {"opinion": "已约谈双方", "attachments": [picture]}
        assert (await api.act("rsj", number, "report_progress", report)).status_code == 200
        second = (await api.upload("rsj", png("navy"))).json()["id"]
        result = {
            "opinion": "双方达成一致", "result": "工资已付清", "resolution_method": "people_mediation", "attachments": [second],
        }  # fmt: skip
        assert (await api.act("rsj", number, "submit_result", result)).json()["status"] == "to_confirm"
        closed = await api.act("center", number, "confirm", {"opinion": "同意办结"})
        assert closed.json()["status"] == "closed"

        whole = await api.get("registrar", f"/api/v1/cases/{number}")
        assert whole.headers["etag"] == f'"{closed.json()["version"]}"'
        assert (whole.json()["number"], whole.json()["status"]) == (number, "closed")
        assert whole.json()["parties"][0]["name"] == "林**"
        journal = (await api.get("registrar", f"/api/v1/cases/{number}/journal")).json()
        assert [line["action"] for line in journal][::-1] == [
            "create", "submit", "dispatch", "accept", "report_progress", "submit_result", "confirm",
        ]  # fmt: skip
        rows = (await api.get("leader", f"/api/v1/cases?status=closed&number={number}")).json()
        assert ([row["number"] for row in rows["items"]], rows["total"], rows["next_cursor"]) == ([number], 1, None)
        seen = await api.get("center", f"/api/v1/attachments/{picture}/thumb")
        assert (seen.headers["content-type"], "private" in seen.headers["cache-control"]) == ("image/jpeg", True)

    async def test_tells_each_person_what_may_be_done(self, api: Api) -> None:
        number = await api.case((), seed=3)
        told = {a["action"]: a for a in (await api.get("registrar", f"/api/v1/cases/{number}/actions")).json()}
        assert told["submit"]["allowed"]
        assert not told["dispatch"]["allowed"]
        assert "操作" in told["dispatch"]["reason"]

    async def test_tells_which_departments_took_such_cases(self, api: Api) -> None:
        await api.case(MAIN_LINE[:3], seed=5)
        path = f"/api/v1/cases/{await api.case(MAIN_LINE[:1], seed=6)}/actions"
        (first, *_) = (await api.get("center", f"{path}/dispatch/departments")).json()
        assert (first["code"], first["name"], first["matter"]) == ("rsj", "人力资源和社会保障局", "劳动合同、劳务派遣")
        assert first["count"] > 0
        assert (await api.get("center", f"{path}/urge/departments")).json() == []
        assert (await api.get("center", f"{path}/eat/departments")).status_code == 422

    async def test_reveals_one_field_with_a_reason_in_the_journal(self, api: Api) -> None:
        number = await api.case((), seed=4)
        person = (await api.get("registrar", f"/api/v1/cases/{number}")).json()["parties"][0]["person_id"]
        path = f"/api/v1/persons/{person}/reveal"
        assert (await api.post("registrar", path, {"field": "phone", "reason": "看"})).status_code == 422
        shown = await api.post("registrar", path, {"field": "phone", "reason": "电话回访"})
        assert shown.json() == {"field": "phone", "value": phone(4)}
        assert shown.headers["cache-control"] == "no-store"
        assert (await api.post("rsj", path, {"field": "phone", "reason": "电话回访"})).status_code == 404


class TestTheLists:
    async def test_page_through_everything_once(self, api: Api) -> None:
        wanted = {await api.case((), seed=seed) for seed in range(20, 25)}
        seen: list[str] = []
        cursor = ""
        while True:
            page = (await api.get("registrar", f"/api/v1/cases?status=draft&limit=2&cursor={cursor}")).json()
            seen += [row["number"] for row in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert wanted <= set(seen)
        assert len(seen) == len(set(seen)) == page["total"]

    async def test_find_persons_by_a_body_and_never_by_the_address(self, api: Api) -> None:
        number = await api.case((), seed=31)
        for given in ({"phone": phone(31)}, {"id_number": id_number(31)}):
            found = (await api.post("registrar", "/api/v1/cases/search", given)).json()
            assert [row["number"] for row in found["items"]] == [number]
            refused = await api.get("registrar", "/api/v1/cases", params=given)
            assert refused.status_code == 422
            assert "search" in refused.json()["detail"]
            assert next(iter(given.values())) not in refused.text
        assert (await api.get("registrar", "/api/v1/cases", params={"q": phone(31)})).status_code == 422

    async def test_refuse_what_does_not_exist_instead_of_ignoring_it(self, api: Api) -> None:
        for query in ("stat=draft", "status=nonsense", "sort=colour", "area=1", "department=x", "risk=x", "tag=x",
                      "view=x", "cursor=x", "limit=0", "limit=101", "from=yesterday", "to=2026-11-18T00:00:00"):  # fmt: skip
            answer = await api.get("center", f"/api/v1/cases?{query}")
            assert (query, answer.status_code, answer.json()["code"]) == (query, 422, "invalid")
            assert answer.json()["fields"]

    async def test_narrow_by_days_of_acceptance(self, api: Api) -> None:
        from domain.cases.vocabulary import Action
        from domain.kernel.clock import local_date
        from state.clock import now

        number = await api.case((Action.SUBMIT,), seed=32)
        day = local_date(now()).isoformat()
        rows = (await api.get("center", f"/api/v1/cases?from={day}&to={day}&q=32 号")).json()["items"]
        assert [row["number"] for row in rows] == [number]
        assert (await api.get("center", "/api/v1/cases?to=2020-01-01")).json()["total"] == 0


class TestTheVocabularies:
    async def test_are_given_to_whoever_is_signed_in(self, api: Api) -> None:
        assert {"value": "draft", "label": "草稿"} in (await api.get("rsj", "/api/v1/vocabularies")).json()["status"]
        assert (await api.get("rsj", "/api/v1/categories")).json()[0]["code"] == "0101"
        assert [d["code"] for d in (await api.get("rsj", "/api/v1/departments")).json()] == ["rsj", "zjj"]
        areas = (await api.get("rsj", "/api/v1/areas?q=枫林")).json()
        assert areas == [{"code": "359901001", "name": "枫林镇", "level": "township", "full_name": "清溪县 / 枫林镇"}]

    async def test_tell_one_area_with_what_it_was(self, api: Api) -> None:
        whole = (await api.get("rsj", "/api/v1/areas/359901001")).json()
        assert (whole["full_name"], whole["parent_code"], whole["in_use"]) == ("清溪县 / 枫林镇", "359901", True)
        ring = whole["geometry"]["coordinates"][0][0]
        assert ring[0] == ring[-1]
        assert (whole["datum"], whole["history"]) == ("wgs84", [])
        assert (await api.get("rsj", "/api/v1/areas/110101")).status_code == 404
