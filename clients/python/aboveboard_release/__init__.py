"""Reads a folder that `aboveboard dataset export --format shards` wrote, and verifies it as it reads.

    from aboveboard_release import Release
    for task in Release("folder").tasks(person="train"):
        for step in task.steps:
            picture = task.picture(step)  # PNG bytes, or None
            tree = task.tree(step)        # {"nodes": [...], "node": number, ...}, or None

Standard library only. Nothing of a file is given before its digest was right (REL54); what is wrong raises Damaged.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib

_DIGEST = re.compile(r"\A[0-9a-f]{64}\Z")
_KINDS = {"steps": "jsonl.gz", "trees": "jsonl.gz", "pictures": "tar"}
_SPLITS = ("person", "application", "template")
_MOST_PLAIN = 1 << 30


class Damaged(Exception):
    """A file is not what the manifest says. `faults` has all that were found."""

    def __init__(self, faults):
        super().__init__("; ".join(faults))
        self.faults = list(faults)


class Task:
    """One task: `instruction`, `worked`, `template`, `applications`, `quality`, `splits`, and `steps` as dictionaries."""

    def __init__(self, head, steps, end, splits, pictures, trees):
        self.id = head["id"]
        self.instruction = head["instruction"]
        self.worked = head["worked"]
        self.template = head["template"]
        self.applications = head["applications"]
        self.quality = head["quality"]
        self.splits = splits
        self.steps = steps
        self.end = end
        self._pictures = pictures
        self._trees = trees

    def picture(self, step):
        """The PNG that was seen before a step, or None."""
        return self._named(step["picture"])

    def end_picture(self):
        """The PNG after the last step, or None."""
        return self._named(self.end)

    def tree(self, step):
        """The interface before a step: `nodes`, each with `parent`, `role`, `name` and what else is known; `node` and `drop`, places
        in that list, are what it acts on. Boxes are fractions of the picture; without one there are none. Or None."""
        for tree in self._trees():
            for at in tree["steps"]:
                if at["step"] == step["index"]:
                    return {**tree, "node": at["node"], "drop": at["drop"]}
        return None

    def end_tree(self):
        """The interface after the last step, or None."""
        return next((tree for tree in self._trees() if tree["end"]), None)

    def _named(self, picture):
        return None if picture is None else self._pictures().get(picture["name"])


def _card_fault(card, data):
    """What is wrong with the page for people (REL64). A set of plain shards may go without it."""
    if not isinstance(card, dict) or not _DIGEST.match(str(card.get("sha256"))):
        return "has no digest in the manifest"
    if data is None or hashlib.sha256(data).hexdigest() == card["sha256"]:
        return None
    return "is damaged"


class Release:
    """A release in a folder. `digest`: what its manifest must have, from an attestation or the log of uses."""

    def __init__(self, folder, digest=None):
        self.folder = os.fspath(folder)
        data = self._bytes("release.json")
        if data is None:
            raise Damaged(["release.json is missing"])
        self.digest = hashlib.sha256(data).hexdigest()
        if digest is not None and digest != self.digest:
            raise Damaged(["release.json is another release"])
        try:
            self.manifest = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
        except ValueError as error:
            raise Damaged(["release.json can not be read"]) from error
        manifest = self.manifest
        if not isinstance(manifest, dict) or manifest.get("format") != "aboveboard-release":
            raise Damaged(["release.json is no release"])
        if manifest.get("formatVersion") != 1:
            raise Damaged(["release.json is of a version that is not known here"])
        self._entries = _entries(manifest)

    def __len__(self):
        return len(self._entries)

    def tasks(self, **splits):
        """Tasks in the order of the manifest; `person="test"` and so on choose a side of a split."""
        for name in splits:
            if name not in _SPLITS:
                raise TypeError("a split is one of %s" % ", ".join(_SPLITS))
        for entry in self._entries:
            if all(entry["splits"].get(name) == side for name, side in splits.items()):
                yield self._task(entry)

    def verify(self):
        """Reads everything; raises Damaged with all the faults at once, files that are none of the release among them."""
        faults = []
        named = {"release.json", "attestation.json", "croissant.json", "risk.json"}
        card = self.manifest.get("card")
        if card is not None:
            named.add("card.html")
            fault = _card_fault(card, self._bytes("card.html"))
            if fault:
                faults.append("card.html %s" % fault)
        for entry in self._entries:
            for shard in entry["shards"]:
                name = _name(shard)
                named.add(name)
                fault = self._checked(shard)[1]
                if fault:
                    faults.append("%s %s" % (name, fault))
        for folder, _, files in os.walk(self.folder):
            for file in files:
                name = os.path.relpath(os.path.join(folder, file), self.folder).replace(os.sep, "/")
                if name not in named:
                    faults.append("%s is none of the release" % name)
        if faults:
            raise Damaged(sorted(faults))

    def _task(self, entry):
        shards = {shard["kind"]: shard for shard in entry["shards"]}
        lines = [json.loads(line) for line in self._lines(shards["steps"])]
        if not lines or lines[0].get("kind") != "task" or lines[-1].get("kind") != "end":
            raise Damaged(["%s holds no task" % _name(shards["steps"])])
        if lines[0]["id"] != entry["id"]:
            raise Damaged(["%s holds another task" % _name(shards["steps"])])
        held = {}

        def pictures():
            if not held and "pictures" in shards:
                with tarfile.open(fileobj=io.BytesIO(self._plain(shards["pictures"])), mode="r:") as tar:
                    for member in tar:
                        file = tar.extractfile(member)
                        held[member.name] = file.read() if file else b""
            return held

        seen = []

        def trees():
            if not seen and "trees" in shards:
                found = [json.loads(line) for line in self._lines(shards["trees"])]
                if not found or found[0].get("kind") != "trees" or found[0].get("id") != entry["id"]:
                    raise Damaged(["%s holds other trees" % _name(shards["trees"])])
                seen.extend(found[1:])
            return seen

        return Task(lines[0], lines[1:-1], lines[-1]["picture"], entry["splits"], pictures, trees)

    def _lines(self, shard):
        return _unzipped(self._plain(shard)).decode("utf-8").split("\n")[:-1]

    def _plain(self, shard):
        data, fault = self._checked(shard)
        if fault:
            raise Damaged(["%s %s" % (_name(shard), fault)])
        return data

    def _checked(self, shard):
        data = self._bytes(_name(shard))
        size = shard["plain"]["bytes"]
        if data is None:
            return None, "is missing"
        if len(data) < size:
            return None, "is cut off"
        if len(data) > size:
            return None, "is longer than it was"
        if hashlib.sha256(data).hexdigest() != shard["plain"]["sha256"]:
            return None, "is damaged"
        return data, None

    def _bytes(self, name):
        try:
            with open(os.path.join(self.folder, *name.split("/")), "rb") as file:
                return file.read(_MOST_PLAIN)
        except FileNotFoundError:
            return None


def _entries(manifest):
    entries = manifest.get("tasks")
    faults = []
    seen = set()
    if not isinstance(entries, list):
        raise Damaged(["release.json has no tasks"])
    for number, entry in enumerate(entries):
        try:
            shards = entry["shards"]
            kinds = [shard["kind"] for shard in shards]
            digests = [shard["plain"]["sha256"] for shard in shards]
            sizes = [shard["plain"]["bytes"] for shard in shards]
            fine = "steps" in kinds and len(set(kinds)) == len(kinds) and all(kind in _KINDS for kind in kinds)
            # A name that is made of it must stay in the folder.
            fine = fine and all(_DIGEST.match(digest) for digest in digests)
            fine = fine and all(isinstance(size, int) and 0 <= size < _MOST_PLAIN for size in sizes)
            fine = fine and isinstance(entry["splits"], dict) and isinstance(entry["id"], str)
        except (KeyError, TypeError):
            fine = False
        if not fine:
            faults.append("release.json: task %d is no task" % number)
        elif entry["id"] in seen:
            faults.append("release.json: task %d is there already" % number)
        else:
            seen.add(entry["id"])
    if faults:
        raise Damaged(faults)
    return entries


def _name(shard):
    return "plain/%s.%s" % (shard["plain"]["sha256"], _KINDS[shard["kind"]])


def _unzipped(data):
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(_MOST_PLAIN + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(["a shard can not be unpacked"]) from error
    if len(plain) > _MOST_PLAIN:
        raise Damaged(["a shard is larger than any task"])
    return plain


def _once(pairs):
    """Two readers of a key that is there twice would read two things (REL50)."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)
