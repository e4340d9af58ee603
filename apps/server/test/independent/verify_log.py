"""Checks a log that is served somewhere, from the published formats alone.

    python3 verify_log.py URL [EARLIER-CHECKPOINT-FILE]

Python's standard library and nothing else; Ed25519 is written out below. It shares no code with
packages/tlog, so that a mistake there can't excuse itself here. It reads the verifier key, the checkpoint,
every tile and every entry; it computes the tree from the entries alone and compares all of it. With an
earlier checkpoint it also walks the consistency path between the two. Prints one JSON object and exits 0, or
prints what is wrong and exits 1.

Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles; RFC 6962; RFC 8032.
"""

import base64
import hashlib
import json
import sys
import urllib.error
import urllib.request


class Wrong(Exception):
    pass


def expect(condition, sentence):
    if not condition:
        raise Wrong(sentence)


# --- Ed25519 (RFC 8032), verification only, in affine-free extended coordinates -------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def decode_point(encoded):
    number = int.from_bytes(encoded, "little")
    y = number & (2**255 - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def add_points(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    for bit in reversed(range(scalar.bit_length())):
        result = add_points(result, result)
        if scalar >> bit & 1:
            result = add_points(result, point)
    return result


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = multiply(s, BASE)
    right = add_points(nonce, multiply(int.from_bytes(digest, "little") % ORDER, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    same_y = (left[1] * right[2] - right[1] * left[2]) % P == 0
    return same_x and same_y


# --- Notes and checkpoints ----------------------------------------------------------------------------------


def read_verifier_key(text):
    name, key_hash, encoded = text.split("+", 2)
    blob = base64.b64decode(encoded, validate=True)
    expect(blob[:1] == b"\x01" and len(blob) == 33, "the first verifier key is no Ed25519 key")
    expected = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4]
    expect(bytes.fromhex(key_hash) == expected, "the id of the verifier key is not that of the key")
    return name, expected, blob[1:]


def read_checkpoint(note, verifier):
    name, key_id, public = verifier
    body, separator, signatures = note.decode("utf-8").partition("\n\n")
    expect(separator, "the checkpoint has no signatures")
    body += "\n"
    lines = body.split("\n")
    expect(len(lines) >= 4, "the checkpoint is too short")
    expect(lines[0] == name, "the checkpoint is of another origin")
    expect(lines[1] == str(int(lines[1])), "the size is not plainly written")
    root = base64.b64decode(lines[2], validate=True)
    expect(len(root) == 32, "the root is no SHA-256")
    expect(signatures.endswith("\n"), "the last signature line is cut off")
    good = 0
    for line in signatures[:-1].split("\n"):
        dash, signer, encoded = line.split(" ")
        expect(dash == "\u2014", "a signature line does not begin with a dash")
        blob = base64.b64decode(encoded, validate=True)
        if signer == name and blob[:4] == key_id:
            expect(ed25519_verifies(public, body.encode(), blob[4:]), "the log's Ed25519 signature is wrong")
            good += 1
    expect(good == 1, "the log has not signed exactly once with Ed25519")
    return int(lines[1]), root


# --- The tree, straight from RFC 6962 ------------------------------------------------------------------------


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def tree_hash(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def subproof(m, leaves, whole):
    if m == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [tree_hash(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [tree_hash(leaves[:k])]


def walk_consistency(first, second, first_root, second_root, path):
    """RFC 9162, 2.1.4.2: the path alone must lead to both roots."""
    if first == second:
        return not path and first_root == second_root
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(step, fr), node(step, sr)
            while fn & 1 == 0 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


# --- Tiles ---------------------------------------------------------------------------------------------------


def tile_number(n):
    groups = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        groups.insert(0, f"x{n % 1000:03d}")
    return "/".join(groups)


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise Wrong(f"{url} answered {error.code}") from error


def tiles_of(count):
    """(number, width) of every tile of a level with `count` hashes."""
    full, rest = divmod(count, 256)
    return [(n, 256) for n in range(full)] + ([(full, rest)] if rest else [])


def tile_path(number, width):
    return tile_number(number) + (f".p/{width}" if width < 256 else "")


def read_bundle(data, width):
    entries = []
    while data:
        expect(len(data) >= 2, "an entry bundle ends in the middle of a length")
        length = int.from_bytes(data[:2], "big")
        expect(len(data) >= 2 + length, "an entry bundle ends in the middle of an entry")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    expect(len(entries) == width, "an entry bundle has not as many entries as its name says")
    return entries


def verify(url, earlier):
    keys = fetch(f"{url}/vkey").decode().splitlines()
    verifier = read_verifier_key(keys[0])
    size, root = read_checkpoint(fetch(f"{url}/checkpoint"), verifier)

    leaves = []
    for number, width in tiles_of(size):
        entries = read_bundle(fetch(f"{url}/tile/entries/{tile_path(number, width)}"), width)
        leaves.extend(leaf(entry) for entry in entries)
    expect(tree_hash(leaves) == root, "the entries do not lead to the root that was signed")

    level, hashes, tiles = 0, leaves, 0
    while hashes:
        for number, width in tiles_of(len(hashes)):
            served = fetch(f"{url}/tile/{level}/{tile_path(number, width)}")
            expected = b"".join(hashes[number * 256 : number * 256 + width])
            expect(served == expected, f"tile {level}/{tile_path(number, width)} is not what the entries give")
            tiles += 1
        whole = len(hashes) // 256
        hashes = [tree_hash(hashes[n * 256 : (n + 1) * 256]) for n in range(whole)]
        level += 1

    report = {"origin": verifier[0], "keys": len(keys), "size": size, "root": root.hex(), "tiles": tiles}
    if earlier is not None:
        old_size, old_root = read_checkpoint(earlier, verifier)
        expect(old_size <= size, "the log was longer before")
        path = subproof(old_size, leaves, True) if 0 < old_size < size else []
        consistent = old_size == 0 or walk_consistency(old_size, size, old_root, root, path)
        expect(consistent, "the earlier checkpoint is no beginning of this log: it shows two histories")
        report["consistentFrom"] = old_size
    return report


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    earlier = None
    if len(arguments) == 2:
        with open(arguments[1], "rb") as file:
            earlier = file.read()
    try:
        print(json.dumps(verify(arguments[0].rstrip("/"), earlier)))
        return 0
    except (Wrong, ValueError, IndexError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    sys.exit(main(sys.argv[1:]))
