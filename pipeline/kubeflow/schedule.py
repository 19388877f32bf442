"""When a recurring run starts, as Kubeflow's scheduler reads it."""

from foundation.messages.errors import UserError

_NUM_CRON_FIELDS = 5


def kubeflow_cron(every: str) -> str:
    """The schedule in Kubeflow's form, which begins with seconds.

    Args:
      every: five fields as in a crontab: minute, hour, day, month, weekday; six, the first of them seconds; or a word such as
        `@daily`. Kubeflow would take the first of five fields for seconds too, and run at every hour what is meant for one.

    Raises:
      UserError: it is none of these.
    """
    fields = every.split()
    if every.startswith("@"):
        return every
    if len(fields) == _NUM_CRON_FIELDS:
        return " ".join(["0", *fields])
    if len(fields) == _NUM_CRON_FIELDS + 1:
        return " ".join(fields)
    raise UserError(
        f"--every {every!r}: expected five fields, minute, hour, day, month and weekday, such as '0 2 * * *' for two o'clock "
        "at night, or a word such as @daily"
    )
