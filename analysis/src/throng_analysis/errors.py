"""The one exception a user may see."""


class InputError(Exception):
    """Something on disk is not what it should be; the text names the file and what to do next."""
