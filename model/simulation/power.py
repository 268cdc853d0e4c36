"""How a process ends before its time."""


class Killed(BaseException):
    """The process is dead: raised by every system call that it still tries, whatever its handlers do.

    A `BaseException`, so that no `except Exception` of the program under test mistakes it for an error.
    """
