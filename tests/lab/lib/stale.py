"""A network mount whose server does not answer: `stale.py DIRECTORY`. A FUSE file system that says hello and is then stopped, so that
whoever touches the directory waits, as with a dead NFS or sshfs server, until the mount is taken away by force."""
import ctypes
import os
import signal
import struct
import sys

fd = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other" % fd
if libc.mount(b"nas1:/export", sys.argv[1].encode(), b"fuse.sshfs", 6, options.encode()):  # 6: nosuid, nodev
    sys.exit("mount: " + os.strerror(ctypes.get_errno()))
unique = struct.unpack("<IIQ", os.read(fd, 65536)[:16])[2]  # FUSE_INIT
answer = struct.pack("<IIIIHHI", 7, 31, 0, 0, 0, 0, 65536) + b"\0" * 40
os.write(fd, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)
os.kill(os.getpid(), signal.SIGSTOP)
