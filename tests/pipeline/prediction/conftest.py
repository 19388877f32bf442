"""Property tests give the same answer on every machine, however busy it is."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, database=None, derandomize=True, max_examples=60)
settings.load_profile("steady")
