"""Reads a site map or an Atom feed as strictly as their specifications say, and tells as JSON what stands in it."""

import json
import re
import sys
import xml.etree.ElementTree as tree

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")


def need(is_so, what):
    if not is_so:
        sys.exit(what)


def only(parent, name):
    """The text of the one child of this name (RFC 4287: exactly one)."""
    found = parent.findall(name)
    need(len(found) == 1, f"{parent.tag} has {len(found)} of {name}")
    need(found[0].text and found[0].text.strip(), f"{name} is empty")
    return found[0].text


def time(parent, name):
    text = only(parent, name)
    need(TIME.match(text), f"{text} is no time")
    return text


def address(text):
    need(re.match(r"https?://[^\s<>]+$", text), f"{text} is no address")
    return text


def site_map(root):
    entries = root.findall("*")
    need(len(entries) <= 50_000, "too many addresses")
    found = []
    for entry in entries:
        need(entry.tag == MAP + "url", f"{entry.tag} in a site map")
        found.append([address(only(entry, MAP + "loc")), time(entry, MAP + "lastmod")])
    need(len({url for url, _ in found}) == len(found), "an address stands twice")
    return {"kind": "urlset", "addresses": found}


def link(parent, rel):
    links = [one for one in parent.findall(ATOM + "link") if one.get("rel", "alternate") == rel]
    need(len(links) == 1, f"{len(links)} links of {rel}")
    return address(links[0].get("href"))


def feed(root):
    known = {ATOM + name for name in ("id", "title", "updated", "author", "link", "entry")}
    need({child.tag for child in root} <= known, "something unknown in the feed")
    need(only(root, ATOM + "id").startswith("urn:uuid:"), "the id is no IRI")
    need(root.find(ATOM + "author") is not None, "neither the feed nor each entry has an author")
    entries, ids = [], set()
    for entry in root.findall(ATOM + "entry"):
        ids.add(only(entry, ATOM + "id"))
        time(entry, ATOM + "updated")
        author = entry.find(ATOM + "author")
        entries.append(
            {
                "title": only(entry, ATOM + "title"),
                "link": link(entry, "alternate"),
                "published": time(entry, ATOM + "published"),
                "author": None if author is None else only(author, ATOM + "name"),
                "categories": [one.get("term") for one in entry.findall(ATOM + "category")],
                "summary": only(entry, ATOM + "summary"),
            }
        )
    need(len(ids) == len(entries), "two entries have one id")
    return {
        "kind": "feed",
        "title": only(root, ATOM + "title"),
        "updated": time(root, ATOM + "updated"),
        "self": link(root, "self"),
        "entries": entries,
    }


document = sys.stdin.buffer.read()
need(document.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), "there is no declaration")
root = tree.fromstring(document)
need(root.tag in (MAP + "urlset", ATOM + "feed"), f"a document of {root.tag}")
json.dump(site_map(root) if root.tag == MAP + "urlset" else feed(root), sys.stdout)
