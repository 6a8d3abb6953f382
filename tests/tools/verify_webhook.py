"""Checks a webhook with the library of Standard Webhooks, and prints "good" or why it is not.

Reads {"secret", "headers", "body"} from its standard input.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

given = json.load(sys.stdin)
try:
    Webhook(given["secret"]).verify(given["body"], given["headers"])
    print("good")
except WebhookVerificationError as error:
    print(error)
