"""The results of the swarms of a test run, printed at its end."""


def swarm_table(stats):
    """Yield the lines of a table of the runs among these reports of pytest, none without runs."""
    reports = [report for reports in stats.values() for report in reports
               if getattr(report, "when", "") == "call"]
    runs = [value for report in reports for name, value in report.user_properties
            if name == "swarm"]
    names = dict.fromkeys(name for _, figures in runs for name in figures)
    if runs:
        yield "".join([f"{'swarm':20}", *(f"{run:>20}" for run, _ in runs)])
    for name in names:
        yield "".join([f"{name:20}", *(f"{figures.get(name, 0):>20}" for _, figures in runs)])
