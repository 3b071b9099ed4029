// What Clerk's JavaScript SDK decides about tokens and requests.
// Usage: node decisions.mjs < INPUTS. The inputs are lines of the conformance driver in an array; the answer is an array
// of `{"accepted": who}` and `{"refused": why}` in their order. Where the SDK does not say who it is, `who` is empty.

import { readFileSync } from "node:fs";
import { createClerkClient, verifyToken } from "@clerk/backend";
import { getAuthObjectFromJwt } from "@clerk/backend/internal";

// Everything happens at the time that the input says, and nothing but the answer is printed.
let now = 0;
Date.now = () => now;
console.log = console.warn = console.error = () => {};

const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value != null));

function settings({ options }) {
  now = options.now * 1000;
  return defined({
    jwtKey: options.jwt_key,
    secretKey: options.secret_key ?? "sk_test_x",
    publishableKey: options.publishable_key,
    apiUrl: options.base_url?.replace(/\/v1$/, ""),
    authorizedParties: options.authorized_parties,
    audience: options.audience,
    issuer: options.issuer,
    clockSkewInMs: options.clock_skew_ms,
    telemetry: { disabled: true },
  });
}

function user(auth) {
  return {
    type: auth.tokenType, subject: auth.userId, session: auth.sessionId, org: auth.orgId, role: auth.orgRole,
    slug: auth.orgSlug, permissions: auth.orgPermissions ?? [],
  };
}

function machine(auth) {
  return { type: auth.tokenType, subject: auth.subject, id: auth.id, client: auth.clientId, scopes: auth.scopes };
}

async function session(input, treatPendingAsSignedOut) {
  const payload = await verifyToken(input.token, settings(input));
  return getAuthObjectFromJwt({ raw: { text: input.token }, payload }, { treatPendingAsSignedOut });
}

const calls = {
  async $verify_token(input) {
    return { accepted: user(await session(input, false)) };
  },

  async $has(input) {
    const auth = await session(input, !input.options.accept_pending);
    return auth.has(input.has) ? { accepted: {} } : { refused: "does not have it" };
  },

  async $authenticate(input) {
    const { accepts = "session_token", accept_pending = false } = input.options;
    const acceptsToken = accepts.length === 1 ? accepts[0] : accepts;
    const clerk = createClerkClient(settings(input));
    const request = new Request(input.url, { headers: input.headers });
    const state = await clerk.authenticateRequest(request, { ...settings(input), acceptsToken });
    if (!state.isAuthenticated) return { refused: state.reason };
    const auth = state.toAuth({ treatPendingAsSignedOut: !accept_pending });
    if (!auth.isAuthenticated) return { refused: "session-pending" };
    return { accepted: auth.tokenType === "session_token" ? user(auth) : machine(auth) };
  },
};

const decisions = [];
for (const input of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    decisions.push(await calls[input.call](input));
  } catch (error) {
    decisions.push({ refused: error.reason ?? `${error.name}: ${error.message}` });
  }
}
process.stdout.write(JSON.stringify(decisions));
