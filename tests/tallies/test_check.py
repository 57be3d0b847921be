"""`flask --app app tallies check` recounts everything and prints the differences."""

from threading import Thread

from teamapp.counting import counts_from_facts
from teamapp.models import AccountStatus, Step, Tally, Visit
from tests.recording.test_visits import form, keep, person, step


def test_check_reports_success_in_one_line(app, cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step())))
    result = app.test_cli_runner().invoke(args=["tallies", "check"])
    assert result.exit_code == 0
    assert result.output == "2 xã: mọi con số đúng với sổ.\n"


def test_check_prints_differences_and_rebuild_repairs_them(app, cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step())))
    Tally.update(count=99).where(Tally.indicator == "visits", Tally.period == "A",
                                 Tally.village_id == 0).execute()
    run = app.test_cli_runner().invoke
    result = run(args=["tallies", "check"])
    assert result.exit_code == 1
    assert "99001 " in result.output
    assert "99 kept, 1 counted" in result.output
    assert run(args=["tallies", "rebuild"]).exit_code == 0
    assert run(args=["tallies", "check"]).exit_code == 0


def test_check_repairs_what_differs_and_says_what(app, cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step())))
    wrong = Tally.indicator == "visits", Tally.period == "A", Tally.village_id == 0
    Tally.update(count=99).where(*wrong).execute()
    Step.update(counted=False).execute()
    AccountStatus.delete().execute()
    run = app.test_cli_runner().invoke
    result = run(args=["tallies", "check", "--repair"])
    assert result.exit_code == 0
    told = result.output.splitlines()
    assert any("99 kept, 1 counted" in line for line in told)
    assert [line for line in told if "đã đếm lại" in line] == ["99001: đã đếm lại."]
    assert Step.get().counted and AccountStatus.select().count() == 1
    assert Tally.get(*wrong).count == 1 and run(args=["tallies", "check"]).exit_code == 0


def test_check_ignores_visits_written_meanwhile(app, cast, monkeypatch):
    count = counts_from_facts.tallies

    def send(database):
        with database.connection_context():
            keep(cast.lan, form(cast.bre, person("Thị Rin", step())))

    def counted_after_a_visit(*given):
        writer = Thread(target=send, args=(app.extensions["database"],))
        writer.start()
        writer.join()
        return count(*given)

    monkeypatch.setattr(counts_from_facts, "tallies", counted_after_a_visit)
    result = app.test_cli_runner().invoke(args=["tallies", "check"])
    assert (result.exit_code, result.output) == (0, "2 xã: mọi con số đúng với sổ.\n")
    assert Visit.select().count() == 2  # one was kept while each commune was counted
