// Checks a webhook with the library of Standard Webhooks, and prints "good" or why it is not.
//
// Reads {"secret", "headers", "body"} from its standard input.

import { readFileSync } from "node:fs";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(secret).verify(body, headers);
  console.log("good");
} catch (error) {
  if (!(error instanceof WebhookVerificationError)) throw error;
  console.log(error.message);
}
