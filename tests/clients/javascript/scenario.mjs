// What Clerk's own JavaScript SDK finds when it works against the embedded Clerk.
// Usage: node scenario.mjs URL SECRET_KEY. Prints one line for each check and exits with 1 where one failed.

import assert from "node:assert/strict";
import { createClerkClient, verifyToken } from "@clerk/backend";

const [, , apiUrl, secretKey] = process.argv;
const clerk = createClerkClient({ secretKey, apiUrl, machineSecretKey: "ak_test_embedded" });

let failures = 0;

async function check(name, scenario) {
  try {
    await scenario();
    console.log(`ok   ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL ${name}\n${error.stack} ${JSON.stringify(error.errors ?? "")}`);
  }
}

async function refused(call, status, code, param) {
  try {
    await call();
  } catch (error) {
    assert.equal(error.status, status, JSON.stringify(error));
    assert.equal(error.errors[0].code, code);
    if (param) assert.equal(error.errors[0].meta.paramName, param);
    assert.ok(error.clerkTraceId);
    return;
  }
  assert.fail("not refused");
}

const byExternalId = async (id) => (await clerk.users.getUserList({ externalId: [id] })).data[0];

await check("a user is created with all of its parts, read and found", async () => {
  const user = await clerk.users.createUser({
    emailAddress: ["ada@js.example"], phoneNumber: ["+15555550200"], username: "ada-js", firstName: "Ada",
    lastName: "Lovelace", password: "correct horse battery", externalId: "js-1",
    publicMetadata: { plan: "pro", nested: { a: 1, b: 2 } },
  });
  assert.match(user.id, /^user_\w{27}$/);
  assert.equal(user.emailAddresses[0].verification.status, "verified");
  assert.equal(user.primaryEmailAddress.emailAddress, "ada@js.example");
  const read = await clerk.users.getUser(user.id);
  assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(user)));
  const { data, totalCount } = await clerk.users.getUserList({ query: "ada@js" });
  assert.deepEqual([data.map((u) => u.id), totalCount], [[user.id], 1]);
  assert.equal(await clerk.users.getCount({ externalId: ["js-1"] }), 1);
  assert.equal(typeof user.createdAt, "number");
});

await check("updates and metadata go through both requests of the SDK", async () => {
  const { id } = await byExternalId("js-1");
  const updated = await clerk.users.updateUser(id, { lastName: "King", publicMetadata: { only: true } });
  assert.equal(updated.lastName, "King");
  assert.deepEqual((await clerk.users.getUser(id)).publicMetadata, { only: true });
  const merged = await clerk.users.updateUserMetadata(id, { publicMetadata: { only: null, more: { x: 1 } } });
  assert.deepEqual(merged.publicMetadata, { more: { x: 1 } });
});

await check("passwords are verified, banned users lose their sessions", async () => {
  const { id } = await byExternalId("js-1");
  assert.ok((await clerk.users.verifyPassword({ userId: id, password: "correct horse battery" })).verified);
  await refused(() => clerk.users.verifyPassword({ userId: id, password: "wrong" }), 422, "incorrect_password");
  const session = await clerk.sessions.createSession({ userId: id });
  assert.equal((await clerk.users.banUser(id)).banned, true);
  assert.equal((await clerk.sessions.getSession(session.id)).status, "revoked");
  await clerk.users.unbanUser(id);
  assert.equal((await clerk.users.lockUser(id)).locked, true);
  assert.equal((await clerk.users.unlockUser(id)).locked, false);
});

await check("errors carry codes, the parameter and a trace id", async () => {
  const again = () => clerk.users.createUser({ emailAddress: ["ada@js.example"] });
  await refused(again, 422, "form_identifier_exists", "email_address");
  await refused(() => clerk.users.getUser("user_nobody"), 404, "resource_not_found");
  await refused(() => clerk.users.createUser({ username: "short-js", password: "short" }), 422,
    "form_password_length_too_short", "password");
  await refused(() => clerk.organizations.createOrganization({}), 422, "form_param_missing", "name");
});

await check("pages neither skip nor repeat", async () => {
  for (let n = 0; n < 25; n += 1) {
    await clerk.users.createUser({ emailAddress: [`page${n}@js.example`], externalId: `js-page-${n}` });
  }
  const seen = [];
  for (;;) {
    const { data, totalCount } = await clerk.users.getUserList({
      query: "@js.example", limit: 10, offset: seen.length, orderBy: "+created_at",
    });
    assert.equal(totalCount, 26);
    if (data.length === 0) break;
    seen.push(...data.map((u) => u.externalId));
  }
  assert.deepEqual(seen, ["js-1", ...Array.from({ length: 25 }, (_, n) => `js-page-${n}`)]);
});

await check("organizations have members, roles, invitations, domains and metadata", async () => {
  const { id } = await byExternalId("js-1");
  const other = await byExternalId("js-page-0");
  const org = await clerk.organizations.createOrganization({ name: "Js & Co", createdBy: id });
  assert.equal((await clerk.organizations.getOrganization({ slug: org.slug })).id, org.id);
  const organizationId = org.id;
  await clerk.organizations.createOrganizationMembership({ organizationId, userId: other.id, role: "org:member" });
  await refused(
    () => clerk.organizations.createOrganizationMembership({ organizationId, userId: other.id, role: "org:member" }),
    400, "already_a_member_in_organization");
  const members = await clerk.organizations.getOrganizationMembershipList({ organizationId, role: ["org:admin"] });
  assert.deepEqual(members.data.map((m) => m.publicUserData.userId), [id]);
  assert.ok(members.data[0].permissions.includes("org:sys_memberships:manage"));
  const invitations = await clerk.organizations.createOrganizationInvitationBulk(organizationId, [
    { emailAddress: "a@js.example", role: "org:member" }, { emailAddress: "b@js.example", role: "org:member" },
  ]);
  assert.equal(invitations.totalCount ?? invitations.length, 2);
  const list = await clerk.organizations.getOrganizationInvitationList({ organizationId, status: ["pending"] });
  assert.equal(list.totalCount, 2);
  const invitationId = list.data[0].id;
  const revoked = await clerk.organizations.revokeOrganizationInvitation({
    organizationId, invitationId, requestingUserId: id,
  });
  assert.equal(revoked.status, "revoked");
  const domain = await clerk.organizations.createOrganizationDomain({
    organizationId, name: "js-co.example", enrollmentMode: "manual_invitation", verified: true,
  });
  assert.equal(domain.verification.status, "verified");
  const updated = await clerk.organizations.updateOrganization(organizationId, {
    name: "Renamed", publicMetadata: { a: 1 },
  });
  assert.equal(updated.name, "Renamed");
  assert.deepEqual((await clerk.organizations.getOrganization({ organizationId })).publicMetadata, { a: 1 });
  await clerk.organizations.deleteOrganization(organizationId);
  assert.equal((await clerk.users.getOrganizationMembershipList({ userId: id })).totalCount, 0);
});

await check("invitations into the application are sent once, listed and revoked", async () => {
  const invite = () => clerk.invitations.createInvitation({ emailAddress: "invited@js.example" });
  const invitation = await invite();
  await refused(invite, 400, "duplicate_record");
  const { data, totalCount } = await clerk.invitations.getInvitationList();
  assert.ok(data.some((i) => i.id === invitation.id) && totalCount >= 1);
  assert.equal((await clerk.invitations.revokeInvitation(invitation.id)).status, "revoked");
});

await check("a picture is uploaded", async () => {
  const { id } = await byExternalId("js-1");
  const file = new File([new Uint8Array(200_000)], "ada.png", { type: "image/png" });
  assert.equal((await clerk.users.updateUserProfileImage(id, { file })).hasImage, true);
  assert.equal((await clerk.users.deleteUserProfileImage(id)).hasImage, false);
});

await check("a session token is verified with the published keys", async () => {
  const { id } = await byExternalId("js-1");
  const session = await clerk.sessions.createSession({ userId: id });
  const { jwt } = await clerk.sessions.getToken(session.id);
  const claims = await verifyToken(jwt, { secretKey, apiUrl });
  assert.deepEqual([claims.sub, claims.sid, claims.v], [id, session.id, 2]);
  const request = new Request("https://app.example.com/", { headers: { authorization: `Bearer ${jwt}` } });
  const state = await clerk.authenticateRequest(request, {
    publishableKey: "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", secretKey, apiUrl,
  });
  assert.equal(state.isAuthenticated, true, state.reason);
  assert.equal(state.toAuth().userId, id);
  const [head, body, signature] = jwt.split(".");
  await assert.rejects(verifyToken(`${head}.${body}.${[...signature].reverse().join("")}`, { secretKey, apiUrl }));
  const list = await clerk.sessions.getSessionList({ userId: id, status: "active" });
  assert.equal(list.totalCount, 1);
  assert.equal((await clerk.sessions.revokeSession(session.id)).status, "revoked");
});

await check("machine tokens and API keys are made, verified and revoked", async () => {
  const { id } = await byExternalId("js-1");
  const token = await clerk.m2m.createToken({ claims: { job: 7 }, secondsUntilExpiration: 60 });
  assert.deepEqual((await clerk.m2m.verify({ token: token.token })).claims, { job: 7 });
  const jwt = await clerk.m2m.createToken({ claims: { job: 8 }, tokenFormat: "jwt", secondsUntilExpiration: 60 });
  const verified = await clerk.m2m.verify({ token: jwt.token });
  assert.deepEqual([verified.id, verified.subject, verified.claims], [jwt.id, jwt.subject, { job: 8 }]);
  assert.equal((await clerk.m2m.revokeToken({ m2mTokenId: token.id })).revoked, true);
  const key = await clerk.apiKeys.create({ name: "Exports", subject: id, scopes: ["read"] });
  assert.equal((await clerk.apiKeys.verify(key.secret)).id, key.id);
  assert.equal((await clerk.apiKeys.list({ subject: id })).totalCount, 1);
  const request = new Request("https://app.example.com/", { headers: { authorization: `Bearer ${key.secret}` } });
  const state = await clerk.authenticateRequest(request, {
    acceptsToken: "api_key", publishableKey: "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", secretKey, apiUrl,
  });
  assert.equal(state.isAuthenticated, true, state.reason);
  assert.equal((await clerk.apiKeys.revoke({ apiKeyId: key.id })).revoked, true);
});

await check("what is configured is kept: templates, redirect URLs, lists, machines, roles", async () => {
  const template = await clerk.jwtTemplates.create({ name: "js", claims: { mail: "{{user.primary_email_address}}" } });
  assert.equal((await clerk.jwtTemplates.get(template.id)).name, "js");
  const { id } = await byExternalId("js-1");
  const session = await clerk.sessions.createSession({ userId: id });
  const { jwt } = await clerk.sessions.getToken(session.id, "js");
  assert.equal(JSON.parse(atob(jwt.split(".")[1])).mail, "ada@js.example");
  const url = await clerk.redirectUrls.createRedirectUrl({ url: "https://js.example/" });
  assert.equal((await clerk.redirectUrls.getRedirectUrlList()).totalCount, 1);
  await clerk.redirectUrls.deleteRedirectUrl(url.id);
  const entry = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: "list@js.example", notify: false });
  assert.ok((await clerk.allowlistIdentifiers.getAllowlistIdentifierList()).data.some((i) => i.id === entry.id));
  const worker = await clerk.machines.create({ name: "Worker" });
  assert.equal((await clerk.machines.getSecretKey(worker.id)).secret, worker.secretKey);
  const role = await clerk.organizationRoles.createOrganizationRole({ name: "Js", key: "org:js" });
  assert.equal((await clerk.organizationRoles.getOrganizationRole(role.id)).key, "org:js");
});

await check("identifiers belong to one user, and the last one stays", async () => {
  const user = await clerk.users.createUser({ emailAddress: ["One@js.example"], username: "One-js" });
  await refused(() => clerk.users.createUser({ emailAddress: ["ONE@js.EXAMPLE"] }), 422, "form_identifier_exists",
    "email_address");
  await refused(() => clerk.users.createUser({ username: "one-JS" }), 422, "form_identifier_exists", "username");
  const alone = await clerk.users.createUser({ emailAddress: ["alone@js.example"] });
  const { id } = alone.emailAddresses[0];
  await refused(() => clerk.emailAddresses.deleteEmailAddress(id), 400, "last_identification_deletion_failed");
  const phone = await clerk.phoneNumbers.createPhoneNumber({
    userId: user.id, phoneNumber: "+15555550210", verified: true, reservedForSecondFactor: true,
  });
  assert.ok(phone.defaultSecondFactor && (await clerk.users.getUser(user.id)).twoFactorEnabled);
  await clerk.users.replaceUserEmailAddress(user.id, { emailAddress: "two@js.example" });
  assert.deepEqual((await clerk.users.getUser(user.id)).emailAddresses.map((e) => e.emailAddress), ["two@js.example"]);
});

await check("users are found by each filter and counted alike", async () => {
  const user = await clerk.users.createUser({ username: "find-js", externalId: "find-js", firstName: "Findjs" });
  const filters = [{ username: ["find-js"] }, { externalId: ["find-js"] }, { userId: [user.id] }, { query: "FINDJS" },
    { usernameQuery: "IND-J" }, { nameQuery: "findj" }];
  for (const filter of filters) {
    const { data, totalCount } = await clerk.users.getUserList(filter);
    assert.deepEqual([data.map((u) => u.id), totalCount], [[user.id], 1], JSON.stringify(filter));
  }
  await refused(() => clerk.users.getUserList({ orderBy: "shoe_size" }), 422, "form_param_value_invalid", "order_by");
  await refused(() => clerk.users.getUserList({ limit: 501 }), 422, "form_param_value_too_large", "limit");
});

await check("second factors are checked, and codes used up", async () => {
  const { id } = await clerk.users.createUser({ username: "mfa-js", backupCodes: ["aaaa1111"] });
  assert.equal((await clerk.users.verifyTOTP({ userId: id, code: "aaaa1111" })).verified, true);
  await refused(() => clerk.users.verifyTOTP({ userId: id, code: "aaaa1111" }), 422, "totp_incorrect_code");
  await clerk.users.disableUserMFA(id);
  assert.equal((await clerk.users.getUser(id)).twoFactorEnabled, false);
});

await check("a session is in the organization joined last, and its token says so", async () => {
  const { id } = await byExternalId("js-1");
  const org = await clerk.organizations.createOrganization({ name: "Last Js", createdBy: id });
  const session = await clerk.sessions.createSession({ userId: id });
  const { jwt } = await clerk.sessions.getToken(session.id);
  const claims = await verifyToken(jwt, { secretKey, apiUrl });
  assert.deepEqual([claims.o.id, claims.o.slg, claims.o.rol], [org.id, "last-js", "admin"]);
  assert.equal((await clerk.clients.verifyClient(jwt)).id, session.clientId);
  await clerk.organizations.deleteOrganization(org.id);
  assert.equal((await clerk.sessions.getSession(session.id)).lastActiveOrganizationId ?? null, null);
});

await check("the waitlist, tickets and agents' tasks go their ways", async () => {
  const { id } = await byExternalId("js-1");
  const entry = await clerk.waitlistEntries.create({ emailAddress: "wait@js.example" });
  assert.equal((await clerk.waitlistEntries.create({ emailAddress: "wait@js.example" })).id, entry.id);
  assert.equal((await clerk.waitlistEntries.invite(entry.id)).status, "invited");
  const ticket = await clerk.signInTokens.createSignInToken({ userId: id, expiresInSeconds: 60 });
  assert.equal((await clerk.signInTokens.revokeSignInToken(ticket.id)).status, "revoked");
  const revoke = () => clerk.signInTokens.revokeSignInToken(ticket.id);
  await refused(revoke, 400, "sign_in_token_cannot_be_revoked_code");
  const task = await clerk.agentTasks.create({
    onBehalfOf: { userId: id }, permissions: "*", agentName: "Bot", taskDescription: "Look",
    redirectUrl: "https://js.example/",
  });
  await clerk.agentTasks.revoke(task.agentTaskId);
  await refused(() => clerk.agentTasks.revoke(task.agentTaskId), 400, "agent_task_cannot_be_revoked");
});

await check("machines talk to those in their scopes", async () => {
  const target = await clerk.machines.create({ name: "Target" });
  const caller = await clerk.machines.create({ name: "Caller", scopedMachines: [target.id] });
  const token = await clerk.m2m.createToken({ machineSecretKey: caller.secretKey });
  assert.deepEqual([token.subject, token.scopes], [caller.id, [target.id]]);
  assert.equal((await clerk.m2m.verify({ token: token.token, machineSecretKey: target.secretKey })).id, token.id);
  assert.equal((await clerk.m2m.list({ subject: caller.id, machineSecretKey: caller.secretKey })).totalCount, 1);
  await clerk.machines.rotateSecretKey({ machineId: caller.id, previousTokenTtl: 0 });
  await refused(() => clerk.m2m.createToken({ machineSecretKey: caller.secretKey }), 401, "clerk_key_invalid");
});

await check("applications and connections come with all that the SDK reads", async () => {
  const app = await clerk.oauthApplications.create({ name: "App", redirectUris: ["https://js.example/cb"] });
  assert.notEqual((await clerk.oauthApplications.rotateSecret(app.id)).clientSecret, app.clientSecret);
  const saml = await clerk.enterpriseConnections.createEnterpriseConnection({
    name: "Okta", provider: "saml_okta", domains: ["js.example"],
  });
  assert.equal(saml.samlConnection.loginHint.mode, "email_address");
  const all = await clerk.enterpriseConnections.getEnterpriseConnectionList();
  assert.ok(all.data.some((c) => c.id === saml.id));
  assert.equal((await clerk.domains.list()).totalCount, 1);
  assert.deepEqual((await clerk.users.getUserOauthAccessToken((await byExternalId("js-1")).id, "google")).data, []);
});

await check("a wrong key is refused, and an address that many want belongs to one", async () => {
  const stranger = createClerkClient({ secretKey: "sk_test_of_another_application", apiUrl });
  await refused(() => stranger.users.getUserList(), 401, "clerk_key_invalid");
  const rush = () => clerk.users.createUser({ emailAddress: ["rush@js.example"] });
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, rush));
  assert.equal(outcomes.filter((o) => o.status === "fulfilled").length, 1);
});

await check("what was deleted is gone", async () => {
  const { id } = await byExternalId("js-1");
  assert.equal((await clerk.users.deleteUser(id)).id, id);
  await refused(() => clerk.users.getUser(id), 404, "resource_not_found");
  assert.notEqual((await clerk.users.createUser({ emailAddress: ["ada@js.example"] })).id, id);
});

process.exit(failures ? 1 : 0);
