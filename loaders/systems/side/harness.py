"""The Python side of a system that has no Node package: answers frames on standard input until it closes.

A module of the system's folder gives the methods; each takes and returns a list of texts, numbers and numpy-free
arrays (array.array). Times are taken in those methods, around the vendor's call. Frame: frame.ts.
"""

import array
import ctypes
import importlib.util
import os
import signal
import struct
import sys
import traceback

PR_SET_PDEATHSIG = 1
HEADER = struct.Struct("<IB")
VALUE = struct.Struct("<BI")
NUMBER = struct.Struct("<d")
TEXT, NUMBER_TAG = 1, 2
# Type codes of the array module by tag: f32, u32, f64, u8.
CODES = {3: "f", 4: "I", 5: "d", 6: "B"}
TAGS = {code: tag for tag, code in CODES.items()}


def die_with_parent():
    """The kernel ends this process when the one that started it ends, even inside of a long native call."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        sys.exit(1)


def read_exactly(stream, count):
    data = bytearray(count)
    view = memoryview(data)
    at = 0
    while at < count:
        got = stream.readinto(view[at:])
        if not got:
            return None
        at += got
    return data


def read_frame(stream):
    """A list of values, or None when the input has ended."""
    head = read_exactly(stream, HEADER.size)
    if head is None:
        return None
    length, count = HEADER.unpack(head)
    body = read_exactly(stream, length)
    if body is None:
        return None
    values, at = [], 0
    for _ in range(count):
        tag, size = VALUE.unpack_from(body, at)
        at += VALUE.size
        data = memoryview(body)[at : at + size]
        at += size
        if tag == TEXT:
            values.append(bytes(data).decode("utf-8"))
        elif tag == NUMBER_TAG:
            values.append(NUMBER.unpack(data)[0])
        else:
            values.append(array.array(CODES[tag], bytes(data)))
    return values


def write_frame(stream, values):
    parts = []
    for value in values:
        if isinstance(value, str):
            data, tag = value.encode("utf-8"), TEXT
        elif isinstance(value, array.array):
            data, tag = value.tobytes(), TAGS[value.typecode]
        else:
            data, tag = NUMBER.pack(value), NUMBER_TAG
        parts += [VALUE.pack(tag, len(data)), data]
    body = b"".join(parts)
    stream.write(HEADER.pack(len(body), len(values)) + body)
    stream.flush()


def main():
    die_with_parent()
    # What a library prints must not land between frames: standard output becomes standard error.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = os.fdopen(0, "rb", buffering=0)
    spec = importlib.util.spec_from_file_location("system", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # told to the first question
        module = error
    while (frame := read_frame(questions)) is not None:
        method, *values = frame
        try:
            if isinstance(module, Exception):
                raise module
            answer = getattr(module, method)(*values) or []
            write_frame(answers, ["ok", *answer])
        except Exception as error:
            if os.environ.get("ENGRAM_TRACE"):
                traceback.print_exc()
            write_frame(answers, ["error", f"{type(error).__name__}: {error}"])


if __name__ == "__main__":
    main()
