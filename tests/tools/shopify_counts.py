"""What is in a Shopify product file, read by Python's csv module and by nothing of ours. Prints JSON."""

import csv
import json
import sys

text = open(sys.argv[1], "rb").read()
try:
    text = text.decode("utf-8-sig")
except UnicodeDecodeError:
    text = text.decode("windows-1252")
head = text.splitlines()[0]
delimiter = max(",;\t", key=head.count)
products = {}
for row in csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter):
    products.setdefault(row["Handle"], []).append(row)

values = pictures = 0
addresses, collections = set(), set()
for rows in products.values():
    labels = [row["Option1 Value"] for row in rows if row["Option1 Value"]]
    if labels != ["Default Title"]:
        values += len(labels)
    own = {row["Image Src"] for row in rows if row["Image Src"]}
    pictures += len(own)
    addresses |= own
    collections |= {row["Collection"] for row in rows if row.get("Collection")}
print(
    json.dumps(
        {
            "products": len(products),
            "variants": values,
            "product_images": pictures,
            "media": len(addresses),
            "collections": len(collections),
        }
    )
)
