"""What Clerk's own Python SDK finds when it works against the embedded Clerk.

Usage: scenario.py URL SECRET_KEY. Prints one line for each check and exits with 1 where one failed.
"""

import base64
import hashlib
import json
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

from clerk_backend_api import Clerk, models
from clerk_backend_api.security.types import TokenVerificationError, VerifyTokenOptions
from clerk_backend_api.security.verifytoken import verify_token
from clerk_backend_api.utils import BackoffStrategy, RetryConfig

URL, KEY = sys.argv[1], sys.argv[2]
# Without this, one 5xx is retried for an hour and looks like a hang.
NO_RETRIES = RetryConfig("backoff", BackoffStrategy(1, 1, 1.0, 1), False)
clerk = Clerk(bearer_auth=KEY, server_url=URL + "/v1", retry_config=NO_RETRIES)
machine = Clerk(bearer_auth="ak_test_embedded", server_url=URL + "/v1", retry_config=NO_RETRIES)

failures = 0


def check(scenario):
    """Runs a scenario at once, and notes whether it held."""
    global failures
    try:
        scenario()
        print(f"ok   {scenario.__doc__}")
    except Exception:
        failures += 1
        print(f"FAIL {scenario.__doc__}")
        traceback.print_exc(file=sys.stdout)
    return scenario


def refused(call, status, code):
    try:
        call()
    except models.ClerkBaseError as error:
        # Where the document does not list a status, the SDK has no type for the error.
        first = json.loads(error.body)["errors"][0]
        assert (error.status_code, first["code"]) == (status, code), error.body
        return first
    raise AssertionError("not refused")


def users(**query):
    return clerk.users.list(request=models.GetUserListRequest(**query))


@check
def _():
    "a user is created with all of its parts, read and found"
    user = clerk.users.create(
        email_address=["ada@py.example"], phone_number=["+15555550100"], username="ada-py", first_name="Ada",
        last_name="Lovelace", password="correct horse battery", external_id="py-1",
        public_metadata={"plan": "pro", "nested": {"a": 1, "b": 2}},
    )
    assert user.id.startswith("user_") and user.password_enabled
    assert user.email_addresses[0].verification.status == "verified"
    assert user.email_addresses[0].id == user.primary_email_address_id
    read = clerk.users.get(user_id=user.id)
    assert read == user, (read, user)
    assert [u.id for u in users(email_address=["ada@py.example"])] == [user.id]
    assert [u.id for u in users(query="lovelace")] == [user.id]
    assert clerk.users.count(request=models.GetUsersCountRequest(external_id=["py-1"])).total_count == 1


@check
def _():
    "metadata is merged, deleted by null and replaced"
    user = users(external_id=["py-1"])[0]
    user = clerk.users.update_metadata(user_id=user.id, public_metadata={"nested": {"b": None, "c": 3}})
    assert user.public_metadata == {"plan": "pro", "nested": {"a": 1, "c": 3}}, user.public_metadata
    user = clerk.users.replace_metadata(user_id=user.id, public_metadata={"only": True})
    assert user.public_metadata == {"only": True}


@check
def _():
    "passwords are verified, banned users lose their sessions"
    user = users(external_id=["py-1"])[0]
    assert clerk.users.verify_password(user_id=user.id, password="correct horse battery").verified
    refused(lambda: clerk.users.verify_password(user_id=user.id, password="wrong"), 422, "incorrect_password")
    session = clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    assert clerk.users.ban(user_id=user.id).banned
    assert clerk.sessions.get(session_id=session.id).status == "revoked"
    assert not clerk.users.unban(user_id=user.id).banned


@check
def _():
    "errors carry codes and the parameter"
    error = refused(lambda: clerk.users.create(email_address=["ada@py.example"]), 422, "form_identifier_exists")
    assert error["meta"]["param_name"] == "email_address", error
    refused(lambda: clerk.users.get(user_id="user_nobody"), 404, "resource_not_found")
    refused(lambda: clerk.users.create(email_address=["nobody"]), 422, "form_param_format_invalid")
    refused(lambda: clerk.users.create(username="short-py", password="short"), 422, "form_password_length_too_short")
    refused(lambda: clerk.users.create(), 422, "form_data_missing")


@check
def _():
    "pages neither skip nor repeat"
    for n in range(25):
        clerk.users.create(email_address=[f"page{n}@py.example"], external_id=f"page-{n}")
    seen = []
    while page := users(limit=10, offset=len(seen), query="page", order_by="created_at"):
        seen += [u.external_id for u in page]
    assert seen == [f"page-{n}" for n in range(25)], seen


@check
def _():
    "organizations have members, roles and invitations"
    user = users(external_id=["py-1"])[0]
    org = clerk.organizations.create(
        request=models.CreateOrganizationRequestBody(name="Py & Co", created_by=user.id)
    )
    assert org.slug == "py-co", org.slug
    assert clerk.organizations.get(organization_id="py-co").id == org.id
    members = clerk.organization_memberships.list(organization_id=org.id)
    assert members.total_count == 1 and members.data[0].role == "org:admin"
    assert "org:sys_memberships:manage" in members.data[0].permissions
    other = users(external_id=["page-0"])[0]
    clerk.organization_memberships.create(organization_id=org.id, user_id=other.id, role="org:member")
    refused(
        lambda: clerk.organization_memberships.create(organization_id=org.id, user_id=other.id, role="org:member"),
        400, "already_a_member_in_organization",
    )
    changed = clerk.organization_memberships.update(organization_id=org.id, user_id=other.id, role="org:admin")
    assert changed.role == "org:admin"
    invitations = clerk.organization_invitations.bulk_create(
        organization_id=org.id,
        request_body=[{"email_address": f"bulk{n}@py.example", "role": "org:member"} for n in range(3)],
    )
    assert invitations.total_count == 3
    revoked = clerk.organization_invitations.revoke(
        organization_id=org.id, invitation_id=invitations.data[0].id, requesting_user_id=user.id
    )
    assert revoked.status == "revoked"
    pending = clerk.organization_invitations.list(organization_id=org.id, status="pending")
    assert pending.total_count == 2, pending
    assert clerk.organizations.delete(organization_id=org.id).deleted
    assert clerk.users.get_organization_memberships(user_id=user.id).total_count == 0


@check
def _():
    "invitations into the application are sent once, listed and revoked"
    invitation = clerk.invitations.create(request={"email_address": "invited@py.example"})
    refused(lambda: clerk.invitations.create(request={"email_address": "invited@py.example"}), 400, "duplicate_record")
    assert invitation.id in [i.id for i in clerk.invitations.list()]
    assert clerk.invitations.revoke(invitation_id=invitation.id).status == "revoked"


@check
def _():
    "a picture is uploaded"
    user = users(external_id=["py-1"])[0]
    file = models.File(file_name="ada.png", content=b"\x89PNG" + b"\0" * 200_000, content_type="image/png")
    assert clerk.users.set_profile_image(user_id=user.id, file=file).has_image
    assert clerk.users.delete_profile_image(user_id=user.id).has_image is False


@check
def _():
    "a session token is verified with the published keys"
    user = users(external_id=["py-1"])[0]
    session = clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    token = clerk.sessions.create_token(session_id=session.id).jwt
    claims = verify_token(token, VerifyTokenOptions(secret_key=KEY, api_url=URL))
    assert claims["sub"] == user.id and claims["sid"] == session.id and claims["v"] == 2, claims
    head, body, signature = token.split(".")
    try:
        verify_token(f"{head}.{body}.{signature[::-1]}", VerifyTokenOptions(secret_key=KEY, api_url=URL))
        raise AssertionError("a forged token was accepted")
    except TokenVerificationError:
        pass


@check
def _():
    "machine tokens and API keys are made, verified and revoked"
    user = users(external_id=["py-1"])[0]
    token = machine.m2m.create_token(claims={"job": 7})
    assert verify_token(token.token, VerifyTokenOptions(secret_key=KEY, api_url=URL))["claims"] == {"job": 7}
    clerk.m2m.revoke_token(m2m_token_id=token.id)
    assert clerk.m2m.verify_token(token=token.token).revoked
    key = clerk.api_keys.create_api_key(name="Exports", subject=user.id, scopes=["read"])
    assert clerk.api_keys.verify_api_key(secret=key.secret).id == key.id
    assert clerk.api_keys.get_api_keys(subject=user.id).total_count == 1
    assert clerk.api_keys.revoke_api_key(api_key_id=key.id).revoked


@check
def _():
    "what is configured is kept: templates, redirect URLs, lists, machines, roles"
    template = clerk.jwt_templates.create(request={"name": "py", "claims": {"mail": "{{user.primary_email_address}}"}})
    assert clerk.jwt_templates.get(template_id=template.id) == template
    assert template.id in [t.id for t in clerk.jwt_templates.list()]
    url = clerk.redirect_urls.create(request={"url": "https://py.example/"})
    assert clerk.redirect_urls.delete(id=url.id).deleted
    entry = clerk.allowlist_identifiers.create(request={"identifier": "list@py.example"})
    assert entry.id in [i.id for i in clerk.allowlist_identifiers.list()]
    worker = clerk.machines.create(request={"name": "Worker"})
    assert clerk.machines.get_secret_key(machine_id=worker.id).secret == worker.secret_key
    role = clerk.organization_roles.create(name="Py", key="org:py", permissions=["org:sys_billing:read"])
    assert role.permissions[0].key == "org:sys_billing:read"
    assert clerk.instance_settings.get_organization_settings().creator_role == "org:admin"


@check
def _():
    "identifiers belong to one user, whatever their case, and the last one stays"
    user = clerk.users.create(email_address=["One@py.example"], username="One-py", phone_number=["+15555550110"])
    for taken in [{"email_address": ["ONE@PY.example"]}, {"username": "one-PY"}, {"phone_number": ["+15555550110"]}]:
        error = refused(lambda: clerk.users.create(**taken), 422, "form_identifier_exists")
        assert error["meta"]["param_name"] == next(iter(taken)), error
    alone = clerk.users.create(email_address=["alone@py.example"]).email_addresses[0]
    refused(lambda: clerk.email_addresses.delete(email_address_id=alone.id), 400, "last_identification_deletion_failed")
    added = clerk.email_addresses.create(request={"user_id": user.id, "email_address": "two@py.example"})
    refused(
        lambda: clerk.users.update(user_id=user.id, primary_email_address_id=added.id), 422, "form_verification_needed"
    )
    sent = clerk.email_addresses.prepare_verification(email_address_id=added.id)
    for code, status in [("000000", "unverified"), ("424242", "verified")]:
        attempt = clerk.email_addresses.attempt_verification(
            email_address_id=added.id, verification_id=sent.id, code=code
        )
        assert attempt.status == status, attempt
    assert clerk.users.update(user_id=user.id, primary_email_address_id=added.id).primary_email_address_id == added.id


@check
def _():
    "users are found by each filter, and by several together"
    user = clerk.users.create(
        email_address=["find@py.example"], username="find-py", external_id="find", first_name="Findme",
    )
    filters = [
        {"email_address": ["find@py.example"]}, {"username": ["find-py"]}, {"external_id": ["find"]},
        {"user_id": [user.id]}, {"query": "FINDME"}, {"email_address_query": "Find@"}, {"username_query": "IND-P"},
        {"name_query": "findm"}, {"query": "find", "username": ["find-py"]},
    ]
    for query in filters:
        assert [u.id for u in users(**query)] == [user.id], query
        assert clerk.users.count(request=models.GetUsersCountRequest(**query)).total_count == 1, query
    assert users(external_id=["find"], username=["ada-py"]) == []
    refused(lambda: users(order_by="shoe_size"), 422, "form_param_value_invalid")
    refused(lambda: users(limit=501), 422, "form_param_value_too_large")


@check
def _():
    "second factors are checked, and codes used up"
    # The secret's codes change with time: backup codes do not.
    user = clerk.users.create(username="mfa-py", totp_secret="JBSWY3DPEHPK3PXP", backup_codes=["aaaa1111"])
    assert user.totp_enabled and user.backup_code_enabled and user.two_factor_enabled
    assert clerk.users.verify_totp(user_id=user.id, code="aaaa1111").code_type == "backup_code"
    refused(lambda: clerk.users.verify_totp(user_id=user.id, code="aaaa1111"), 422, "totp_incorrect_code")
    assert clerk.users.disable_mfa(user_id=user.id).user_id == user.id
    refused(lambda: clerk.users.verify_totp(user_id=user.id, code="aaaa1111"), 400, "totp_disabled")


@check
def _():
    "digests of passwords are brought along and checked"
    password = "a secret of old"
    digests = {
        "md5": hashlib.md5(password.encode()).hexdigest(),
        "sha256": hashlib.sha256(password.encode()).hexdigest(),
        "pbkdf2_sha256_django": "pbkdf2_sha256$1000$salt$"
        + base64.b64encode(hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1000)).decode(),
    }
    for hasher, digest in digests.items():
        user = clerk.users.create(username=hasher, password_digest=digest, password_hasher=hasher)
        assert clerk.users.verify_password(user_id=user.id, password=password).verified, hasher
        refused(lambda: clerk.users.verify_password(user_id=user.id, password="x"), 422, "incorrect_password")
    refused(lambda: clerk.users.create(username="x-py", password_digest="x"), 422, "form_conditional_param_missing")


@check
def _():
    "sessions end with their user's rights, and their tokens with them"
    user = clerk.users.create(username="sessions-py", password="correct horse battery")
    session = clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    assert [s.id for s in clerk.sessions.list(user_id=user.id, status="active")] == [session.id]
    assert clerk.clients.get(client_id=session.client_id).session_ids == [session.id]
    clerk.users.remove_password(user_id=user.id, sign_out_of_other_sessions=True)
    assert clerk.sessions.get(session_id=session.id).status == "revoked"
    refused(lambda: clerk.sessions.create_token(session_id=session.id), 401, "session_refresh_inactive_session")
    clerk.users.lock(user_id=user.id)
    create = lambda: clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    refused(create, 403, "user_locked")
    clerk.users.unlock(user_id=user.id)
    clerk.users.ban(user_id=user.id)
    refused(create, 403, "user_banned")


@check
def _():
    "organizations keep their rules: names, slugs, places, domains"
    def create(**body):
        return clerk.organizations.create(request=body)

    refused(lambda: create(name="see https://py.example"), 422, "form_param_value_invalid")
    refused(lambda: create(name="x" * 257), 422, "form_param_max_length_exceeded")
    refused(lambda: create(name="Slug", slug="No Slug"), 422, "form_param_format_invalid")
    refused(lambda: create(name="Nobody's", created_by="user_nobody"), 400, "organization_creator_not_found")
    org = create(name="Rules", slug="rules-py", max_allowed_memberships=1)
    refused(lambda: create(name="Rules", slug="rules-py"), 422, "form_identifier_exists")
    invite = lambda address: clerk.organization_invitations.create(
        organization_id=org.id, email_address=address, role="org:member"
    )
    invite("place@py.example")
    refused(lambda: invite("place2@py.example"), 403, "organization_membership_quota_exceeded")
    domain = clerk.organization_domains.create(organization_id=org.id, name="rules.example", verified=False)
    assert clerk.organization_domains.list(organization_id=org.id, verified="true").total_count == 0
    assert clerk.organization_domains.list_all(query="RULES").data[0].id == domain.id
    assert clerk.organizations.list(query="rules-p", include_members_count=True).data[0].members_count == 0
    assert clerk.organizations.merge_metadata(
        organization_id=org.id, public_metadata={"a": {"b": 1}}
    ).public_metadata == {"a": {"b": 1}}
    picture = models.UploadOrganizationLogoFile(file_name="a.png", content=b"png", content_type="image/png")
    assert clerk.organizations.upload_logo(organization_id=org.id, file=picture).has_image
    clerk.organizations.delete(organization_id=org.id)
    refused(lambda: clerk.organizations.get(organization_id="rules-py"), 404, "resource_not_found")


@check
def _():
    "invitations in bulk are all made or none"
    assert len(clerk.invitations.bulk_create(request=[{"email_address": f"b{n}@py.example"} for n in range(10)])) == 10
    many = [{"email_address": f"c{n}@py.example"} for n in range(11)]
    refused(lambda: clerk.invitations.bulk_create(request=many), 400, "bulk_size_exceeded")
    some = [{"email_address": "new@py.example"}, {"email_address": "b0@py.example"}]
    refused(lambda: clerk.invitations.bulk_create(request=some), 400, "duplicate_record")
    assert clerk.invitations.list(query="new@py.example") == []
    first = clerk.invitations.list(query="b0@py.example")[0]
    clerk.invitations.revoke(invitation_id=first.id)
    refused(lambda: clerk.invitations.revoke(invitation_id=first.id), 400, "invitation_already_revoked")


@check
def _():
    "lists of identifiers let in and keep out"
    entry = clerk.blocklist_identifiers.create(request={"identifier": "*@blocked.example"})
    clerk.instance_settings.update_restrictions(request={"blocklist": True})
    sign_up = lambda: clerk.users.create(email_address=["a@blocked.example"])
    refused(sign_up, 403, "not_allowed_access")
    clerk.instance_settings.update_restrictions(request={"blocklist": False})
    clerk.blocklist_identifiers.delete(identifier_id=entry.id)
    sign_up()


@check
def _():
    "machines talk to those in their scopes, with keys that can be exchanged"
    def of(created):
        return Clerk(bearer_auth=created.secret_key, server_url=URL + "/v1", retry_config=NO_RETRIES)

    target, stranger = (clerk.machines.create(request={"name": name}) for name in ["Target", "Stranger"])
    caller = clerk.machines.create(request={"name": "Caller", "scoped_machines": [target.id]})
    token = of(caller).m2m.create_token()
    assert token.subject == caller.id and token.scopes == [target.id], token
    assert of(target).m2m.verify_token(token=token.token).id == token.id
    refused(lambda: of(stranger).m2m.verify_token(token=token.token), 404, "resource_not_found")
    clerk.machines.rotate_secret_key(machine_id=caller.id, previous_token_ttl=0)
    refused(lambda: of(caller).m2m.create_token(), 401, "clerk_key_invalid")


@check
def _():
    "tokens to sign in, to act and to test with are made and revoked"
    user = clerk.users.create(username="tokens-py")
    ticket = clerk.sign_in_tokens.create(request={"user_id": user.id})
    assert clerk.sign_in_tokens.revoke(sign_in_token_id=ticket.id).status == "revoked"
    revoke = lambda: clerk.sign_in_tokens.revoke(sign_in_token_id=ticket.id)
    refused(revoke, 400, "sign_in_token_cannot_be_revoked_code")
    actor = clerk.actor_tokens.create(request={"user_id": user.id, "actor": {"sub": "user_other"}})
    assert clerk.actor_tokens.revoke(actor_token_id=actor.id).status == "revoked"
    assert clerk.testing_tokens.create().token
    entry = clerk.waitlist_entries.create(request={"email_address": "wait@py.example"})
    assert clerk.waitlist_entries.create(request={"email_address": "wait@py.example"}).id == entry.id
    assert clerk.waitlist_entries.invite(waitlist_entry_id=entry.id).status == "invited"


@check
def _():
    "applications, connections and domains are kept with their rules"
    app = clerk.oauth_applications.create(request={"name": "App", "redirect_uris": ["https://py.example/cb"]})
    assert clerk.oauth_applications.rotate_secret(oauth_application_id=app.id).client_secret != app.client_secret
    assert clerk.oauth_applications.list(name_query=app.client_id).total_count == 1
    connection = clerk.enterprise_connections.create(
        request={"name": "Okta", "provider": "saml_okta", "domains": ["PY.example"]}
    )
    assert connection.domains == ["py.example"]
    switch_on = lambda: clerk.enterprise_connections.update(enterprise_connection_id=connection.id, active=True)
    refused(switch_on, 422, "saml_connection_cant_be_activated")
    primary = clerk.domains.list().data[0]
    refused(lambda: clerk.domains.delete(domain_id=primary.id), 403, "operation_not_allowed_on_primary_domain")


@check
def _():
    "a wrong key is refused, and an address of which many want to be the first belongs to one"
    stranger = Clerk(bearer_auth="sk_test_of_another_application", server_url=URL + "/v1", retry_config=NO_RETRIES)
    refused(lambda: stranger.users.list(request=models.GetUserListRequest()), 401, "clerk_key_invalid")

    def sign_up(_):
        try:
            return clerk.users.create(email_address=["rush@py.example"]).id
        except models.ClerkBaseError as error:
            assert error.status_code == 422, error.body

    with ThreadPoolExecutor(16) as pool:
        made = [made for made in pool.map(sign_up, range(50)) if made]
    assert len(made) == 1, made


@check
def _():
    "what was deleted is gone"
    user = users(external_id=["py-1"])[0]
    assert clerk.users.delete(user_id=user.id).deleted
    refused(lambda: clerk.users.get(user_id=user.id), 404, "resource_not_found")
    assert clerk.users.create(email_address=["ada@py.example"]).id != user.id


sys.exit(1 if failures else 0)
