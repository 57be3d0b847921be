"""Loading the catalogues from the files that ship with the program, once or often."""

import csv

from teamapp.imports.catalog import FILES, FOLDER, load_catalogues
from teamapp.models import CATALOGUES, AccountKind, Language, Obstacle, Procedure, Topic


def everything():
    return [list(table.select().order_by(table.code).tuples()) for table in CATALOGUES]


def test_loading_again_changes_nothing(app):
    before = everything()
    assert load_catalogues() == {FILES[table]: len(rows)
                                 for table, rows in zip(CATALOGUES, before)}
    assert everything() == before


def test_restores_changed_rows_and_keeps_rows_missing_from_the_file(app):
    Topic.update(name="khác").where(Topic.code == "T01").execute()
    Language.create(code="old", name="tiếng xưa", name_en="Old", position=99)
    Procedure.update(active=False).where(Procedure.code == "1.001193").execute()
    load_catalogues()
    assert Topic.get_by_id("T01").name.startswith("VNeID")
    assert Language.get_by_id("old").name == "tiếng xưa"
    assert not Procedure.get_by_id("1.001193").active


def test_procedures_are_found_by_code_name_and_people_s_own_words(app):
    key = Procedure.get_by_id("1.004222").search_key
    assert "1.004222" in key and "dang ky thuong tru" in key and "nhap ho khau" in key
    assert Procedure.get_by_id("1.014027").days is None


def test_every_kind_that_is_asked_for_has_its_six_commonest_obstacles(app):
    commonest = [code for words, in Obstacle.select(Obstacle.commonest_for).tuples()
                 for code in words.split()]
    kinds = AccountKind.select().where(AccountKind.active)
    assert {kind.code: commonest.count(kind.code) for kind in kinds} == {
        kind.code: 6 for kind in kinds}
    asked = {o.code: o.short_name for o in Obstacle.select()
             if AccountKind.HEADLINE in o.commonest_for.split()}
    assert asked["O11"] != asked["O35"]
    assert max(len(name) for name, in Obstacle.select(Obstacle.short_name).tuples()) <= 28


def test_the_files_name_each_code_once_and_hold_facts_alone():
    for file in FILES.values():
        text = (FOLDER / file).read_text(encoding="utf-8")
        codes = [row["code"] for row in csv.DictReader(text.splitlines())]
        assert len(codes) == len(set(codes))
        assert "github" not in text and "source" not in text.splitlines()[0]
