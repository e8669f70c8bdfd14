"""The schema's revisions, oldest first. The last is the one this program writes."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
HEAD = REVISIONS[-1]
