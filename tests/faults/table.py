"""What the swarms of a test run came to, told at its end."""


def swarm_table(stats):
    """Yield the lines of a table of the runs among these reports of pytest, none without runs."""
    reports = [report for reports in stats.values() for report in reports
               if getattr(report, "when", "") == "call"]
    runs = [value for report in reports for name, value in report.user_properties
            if name == "swarm"]
    if runs:
        yield "".join([f"{'swarm':20}", *(f"{name:>20}" for name, _ in runs)])
        for figure in runs[0][1]:
            yield "".join([f"{figure:20}", *(f"{figures[figure]:>20}" for _, figures in runs)])
