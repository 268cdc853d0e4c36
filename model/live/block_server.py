"""The file under the loop device, served by a process of our own that takes down what is done to it.

Two files: the image, under a name that says whose it is; and `control`, to which the program under test writes a line
of text that is taken down as a mark, or one of the commands that make the device fail on purpose:

    !fail writes HEX        every write that holds these bytes, and only those, comes back with EIO and changes nothing
    !fail place START END   so does every write that touches these bytes of the disk
    !fail flushes           every flush comes back with EIO
    !heal                   nothing fails any more

It has to be a process of its own: the kernel, short of memory, may want to write to the image before it lets the
program go on.  And that process must not live in the workshop.  The last one to leave a mount namespace unmounts what
is in it before its files are closed: a server that did so would wait for itself to answer, for ever.
"""

import errno
import os
import signal
import stat

from model.live import fuse
from model.live.block_log import Flush, Mark, Write, encoded
from model.live.system_calls import die_with_parent, join_mounts, mount, unmount
from model.live.workshop import NAME

DEVICE = "/dev/fuse"
CONTROL = "control"

_ROOT, _DISK, _CONTROL = 1, 2, 3


class BlockServer:
    """A folder with an image in it whose every write is logged, for as long as the `with` statement lasts.

    Args:
        image: The file that holds the bytes; it changes as the served one does.
        name: What the served one is called: a loop device whose mount is gone still tells that much of its file.
        folder: An empty folder to serve in.
        log: Where to write the log.
    """

    def __init__(self, image: str, name: str, folder: str, log: str) -> None:
        self.folder = folder
        self._image = image
        self._name = name
        self._log = log
        self._process = 0

    def __enter__(self) -> "BlockServer":
        device = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        parent = os.getpid()
        outside = os.open(f"/proc/{os.getppid()}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        try:
            options = f"fd={device},rootmode=40700,user_id=0,group_id=0,allow_other,max_read={fuse.MOST_WRITTEN}"
            mount(NAME, self.folder, "fuse", options=options)
            self._process = os.fork()
            if not self._process:
                _serve_and_exit(_Server(device, self._image, self._name, self._log), outside, parent)
        finally:
            os.close(device)
            os.close(outside)
        return self

    def __exit__(self, *_: object) -> None:
        unmount(self.folder)
        status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        if status:
            raise ChildProcessError(f"the process that served the block device ended with {status}")

    @property
    def disk(self) -> str:
        """The served image, to attach a loop device to."""
        return f"{self.folder}/{self._name}"

    def tell(self, text: str) -> None:
        """Leave a mark in the log, or give a command."""
        fd = os.open(f"{self.folder}/{CONTROL}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


def _serve_and_exit(server: "_Server", outside: int, parent: int) -> None:
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent(parent)
        join_mounts(outside)
        server.serve()
        status = 0
    finally:
        os._exit(status)


class _Server:
    def __init__(self, device: int, image: str, name: str, log: str) -> None:
        self._device = device
        self._nodes = {name.encode(): _DISK, CONTROL.encode(): _CONTROL}
        self._image = os.open(image, os.O_RDWR | os.O_CLOEXEC)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._size_bytes = os.fstat(self._image).st_size
        self._fails_writes_of = b""
        self._fails_at = range(0)
        self._fails_flushes = False

    def serve(self) -> None:
        while True:
            try:
                request = os.read(self._device, fuse.ROOM)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return  # it was unmounted
                if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):
                    continue  # the request was taken back
                raise
            self._handle(request)

    def _handle(self, request: bytes) -> None:
        length, operation, unique, node, *_ = fuse.HEADER.unpack_from(request)
        if operation in fuse.WITHOUT_REPLY:
            return
        try:
            answer, failed = self._answer(operation, node, request[fuse.HEADER.size : length]), 0
        except OSError as error:
            answer, failed = b"", -(error.errno or errno.EIO)
        reply = fuse.REPLY.pack(fuse.REPLY.size + len(answer), failed, unique) + answer
        try:
            os.write(self._device, reply)
        except OSError as error:
            if error.errno != errno.ENOENT:  # nobody waits for the reply any more
                raise

    def _answer(self, operation: int, node: int, body: bytes) -> bytes:
        match operation:
            case fuse.INIT:
                return fuse.initialised(body)
            case fuse.LOOKUP:
                found = self._nodes.get(body.rstrip(b"\0"))
                if found is None:
                    raise OSError(errno.ENOENT, "no such file")
                return fuse.entry(found, self._attributes(found))
            case fuse.GETATTR | fuse.SETATTR:
                return fuse.status(self._attributes(node))
            case fuse.OPEN:
                return fuse.OPENED.pack(0, fuse.DIRECT_IO if node == _CONTROL else 0, 0)
            case fuse.READ:
                _, offset, size, *_ = fuse.READING.unpack_from(body)
                return os.pread(self._image, size, offset) if node == _DISK else b""
            case fuse.WRITE:
                _, offset, size, *_ = fuse.WRITING.unpack_from(body)
                self._write(node, offset, body[fuse.WRITING.size : fuse.WRITING.size + size])
                return fuse.WRITTEN.pack(size, 0)
            case fuse.FSYNC:
                self._flush()
                return b""
            case fuse.RELEASE | fuse.FLUSH | fuse.DESTROY:
                return b""
        # Holes punched for a discard are among these: the loop device then does without.
        raise OSError(errno.ENOSYS, "not served")

    def _attributes(self, node: int) -> bytes:
        if node == _ROOT:
            return fuse.attributes(node, stat.S_IFDIR | 0o700, 0)
        return fuse.attributes(node, stat.S_IFREG | 0o600, self._size_bytes if node == _DISK else 0)

    def _write(self, node: int, offset: int, content: bytes) -> None:
        if node == _CONTROL:
            self._obey(content.decode())
            return
        touches = offset < self._fails_at.stop and self._fails_at.start < offset + len(content)
        if touches or (self._fails_writes_of and self._fails_writes_of in content):
            raise OSError(errno.EIO, "failed on purpose")
        os.pwrite(self._image, content, offset)
        self._take_down(encoded(Write(offset, content)))

    def _flush(self) -> None:
        if self._fails_flushes:
            raise OSError(errno.EIO, "failed on purpose")
        self._take_down(encoded(Flush()))

    def _obey(self, text: str) -> None:
        words = text.split()
        if words[:2] == ["!fail", "writes"]:
            self._fails_writes_of = bytes.fromhex(words[2])
        elif words[:2] == ["!fail", "place"]:
            self._fails_at = range(int(words[2]), int(words[3]))
        elif words == ["!fail", "flushes"]:
            self._fails_flushes = True
        elif words == ["!heal"]:
            self._fails_writes_of, self._fails_at, self._fails_flushes = b"", range(0), False
        else:
            self._take_down(encoded(Mark(text)))

    def _take_down(self, record: bytes) -> None:
        written = os.write(self._log, record)
        if written != len(record):
            raise OSError(errno.ENOSPC, "the log is full")
