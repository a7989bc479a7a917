import { createHmac } from "node:crypto";

/** The `Stripe-Signature` header: HMAC-SHA-256 over `<epoch seconds>.<payload>`. */
export function signWebhook(payload: string, secret: string, epochSeconds: number): string {
  const signature = createHmac("sha256", secret).update(`${epochSeconds}.${payload}`).digest("hex");
  return `t=${epochSeconds},v1=${signature}`;
}
